"""The client's own name for a request."""

from typing import Final

from aiohttp import web

from buyqueue.errors import Code, InvalidInput
from buyqueue.idempotency import RESTORED

HEADER: Final = "Idempotency-Key"
MAX_LENGTH: Final = 255


def idempotency_key(request: web.Request) -> str | None:
    """Read the header; None if it is not sent. Raises InvalidInput(INVALID_IDEMPOTENCY_KEY)."""
    values = request.headers.getall(HEADER, [])
    if not values:
        return None
    if len(values) > 1:
        raise _invalid("must be sent once")
    key = values[0]
    if not 1 <= len(key) <= MAX_LENGTH or not (key.isascii() and key.isprintable()):
        raise _invalid(f"must be 1 to {MAX_LENGTH} printable ASCII characters")
    if key.startswith(RESTORED):
        raise _invalid(f"must not begin with {RESTORED}, as restored orders' names do")
    return key


def _invalid(text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_IDEMPOTENCY_KEY, f"{HEADER} {text}", field=HEADER)
