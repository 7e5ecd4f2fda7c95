"""Reading a request's body: its type, its size and its letters."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from api.web.problem import Problem
from api.web.strict_json import parse_object
from buyqueue.errors import Code, InvalidInput

WITHIN_S: Final = 30.0


async def read_object(
    request: web.Request, max_bytes: int, *, within_s: float = WITHIN_S
) -> dict[str, Any]:
    """Read the body as one JSON object of at most `max_bytes`, numbers as Decimal.

    Raises InvalidInput: UNSUPPORTED_MEDIA_TYPE unless it is sent as JSON and not compressed,
    BODY_TOO_LARGE, INVALID_REQUEST for broken UTF-8, JSON or chunks, and for a body cut short;
    Problem (408) for one that has not come within `within_s` seconds.
    """
    if request.content_type != "application/json" or not _is_utf8(request.charset):
        raise InvalidInput(
            Code.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json, in UTF-8"
        )
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise InvalidInput(Code.UNSUPPORTED_MEDIA_TYPE, "Send the body without compression")
    if (request.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)
    return parse_object(_text(await _read(request, max_bytes, within_s)))


async def _read(request: web.Request, max_bytes: int, within_s: float) -> bytes:
    try:
        async with asyncio.timeout(within_s):
            return await request.read()
    except TimeoutError:
        raise _hung_up(
            HTTPStatus.REQUEST_TIMEOUT, Code.INVALID_REQUEST, "The body did not come in time"
        ) from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(max_bytes) from None
    except (HttpProcessingError, web.RequestPayloadError, ConnectionError):
        # NB: not chained: such an error may repeat a part of the body.
        raise InvalidInput(
            Code.INVALID_REQUEST,
            "The body cannot be read: it is cut short, or not encoded as its headers say",
        ) from None


def _hung_up(status: int, code: Code, text: str) -> Problem:
    """Refuse a body that may never end: whatever came after it on this connection would wait."""
    return Problem(status, code, text, headers={"Connection": "close"})


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # NB: the error holds the whole body, so it must not be chained to ours.
        place = error.start
    raise InvalidInput(Code.INVALID_REQUEST, f"The body is not valid UTF-8: see byte {place}")


def _is_utf8(charset: str | None) -> bool:
    return charset is None or charset.lower().replace("-", "") == "utf8"


def _too_large(max_bytes: int) -> InvalidInput:
    return InvalidInput(Code.BODY_TOO_LARGE, f"The body is larger than {max_bytes} bytes")
