"""One attempt to deliver: a POST that leads nowhere but where it may, and takes its time only."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from api.webhooks.addresses import Allowed
from api.webhooks.lookups import Busy, on_behalf_of
from api.webhooks.resolving import GuardedResolver
from api.webhooks.targets import NotAllowed, target_of
from buyqueue.clock import Clock
from buyqueue.errors import InvalidInput

Outcome = Literal[
    "delivered", "refused", "gone", "timed_out", "unreachable", "not_allowed", "unsigned", "busy"
]
MOST_READ: Final = 64 * 1024
"""Bytes of an answer's body, which is read only so that the connection can be used again."""
AGENT: Final = "buyq-webhooks/1"
REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt went. `error` holds nothing that the receiver wrote."""

    outcome: Outcome
    ms: int
    status: int | None = None
    error: str | None = None
    asked_s: float | None = None
    """Of `Retry-After`."""


class Poster:
    """Posts to receivers. Follows no redirect, keeps no cookie, uses no proxy."""

    def __init__(
        self,
        allowed: Allowed,
        clock: Clock,
        timeout_s: float,
        lookup: AbstractResolver | None = None,
    ) -> None:
        self._allowed = allowed
        self._lookup = lookup
        self._clock = clock
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open what connections are kept in."""
        self._resolver = GuardedResolver(self._allowed, self._lookup)
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            use_dns_cache=False,
            # One user's slow receivers must not make another's wait; its webhooks are few.
            limit=1_000,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": AGENT, "Accept": "*/*"},
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()
            await self._resolver.close()

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, owner: str | None = None
    ) -> Attempt:
        """Post once; raises nothing but what is a bug. `owner`: whose look-up of the host it is.

        `busy` says nothing of the receiver: its host could not be looked up, for all the others.
        """
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                # Read anew: what is allowed may be less than when it was taken.
                target = target_of(url, self._allowed)
                with on_behalf_of(owner):
                    status, asked = await self._send(target, headers, body)
        except (InvalidInput, NotAllowed) as error:
            return self._failed("not_allowed", str(error), began)
        except TimeoutError:
            return self._failed("timed_out", f"no answer within {self._timeout_s:g} s", began)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            match _cause(error):
                case NotAllowed() as cause:
                    return self._failed("not_allowed", str(cause), began)
                case Busy() as cause:
                    return self._failed("busy", str(cause), began)
            return self._failed("unreachable", _named(error), began)
        ms = self._ms(began)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return Attempt("delivered", ms, status)
        if status == HTTPStatus.GONE:
            return Attempt("gone", ms, status, "it answered 410 Gone")
        why = "; redirects are not followed" if status in REDIRECTS else ""
        return Attempt("refused", ms, status, f"it answered {status}{why}", asked)

    async def _send(
        self, url: URL, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, float | None]:
        assert self._session is not None  # noqa: S101 - entered
        sent = {**headers, "Content-Type": "application/json"}
        async with self._session.post(
            url, data=body, headers=sent, allow_redirects=False
        ) as answer:
            # What is longer is not read, and its connection is closed.
            await answer.content.read(MOST_READ)
            return answer.status, _seconds(answer.headers.get("Retry-After", ""))

    def _failed(self, outcome: Outcome, error: str, began: float) -> Attempt:
        return Attempt(outcome, self._ms(began), error=error)

    def _ms(self, began: float) -> int:
        return round((self._clock.monotonic() - began) * 1000)


def _cause(error: Exception) -> Exception:
    return error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error


def _named(error: Exception) -> str:
    """Say what kept us from an answer, in words of ours."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "its certificate or its TLS is not valid"
        case aiohttp.ClientConnectorDNSError():
            return "its host is not found"
        case aiohttp.ClientConnectorError():
            return "nothing takes connections there"
        case _:
            return "the connection broke, or the answer is not HTTP"


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
