"""The HTTP side of Jupiter Swap V2.

Source: Jupiter's OpenAPI document "Swap API V2", `GET /order` and `GET /build`. Limits are counted
per organisation in a sliding minute; a 429 names the second at which to come back.
"""

from typing import Any, Final

import aiohttp

from buyqueue.clock import Clock
from buyqueue.errors import Code, Refused, Unavailable
from buyqueue.logs import get_logger

log = get_logger(__name__)
PATIENCE: Final = 5
MAX_PAUSE_S: Final = 15.0
DEFAULT_PAUSE_S: Final = 2.0
TIMEOUT_S: Final = 10.0
EXECUTE_TIMEOUT_S: Final = 60.0


class JupiterApi:
    """Asks for orders, and keeps all buys of this process waiting while Jupiter says wait."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, api_key: str | None, clock: Clock
    ) -> None:
        self._session = session
        self._url = base_url.rstrip("/")
        self._headers = {"x-api-key": api_key} if api_key else {}
        self._clock = clock
        self._open_at = 0.0

    async def order(self, params: dict[str, str]) -> dict[str, Any]:
        """Answer `GET /order`; raises as `_get` does."""
        return await self._get("order", params)

    async def build(self, params: dict[str, str]) -> dict[str, Any]:
        """Answer `GET /build`; raises as `_get` does."""
        return await self._get("build", params)

    async def execute(self, transaction: str, request_id: str) -> dict[str, Any]:
        """Answer `POST /execute`, which takes as long as landing does.

        Raises Unavailable for anything that is no answer: nothing is known then.
        """
        body = {"signedTransaction": transaction, "requestId": request_id}
        timeout = aiohttp.ClientTimeout(total=EXECUTE_TIMEOUT_S)
        try:
            async with self._session.post(
                f"{self._url}/execute", json=body, headers=self._headers, timeout=timeout
            ) as answer:
                told = await answer.json(content_type=None)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            kind = type(error).__name__
            raise Unavailable(Code.PLATFORM_UNAVAILABLE, f"Jupiter: /execute: {kind}") from None
        if not isinstance(told, dict):
            raise Unavailable(Code.PLATFORM_UNAVAILABLE, "Jupiter: /execute: no JSON object")
        return told

    async def _get(self, route: str, params: dict[str, str]) -> dict[str, Any]:
        """Answer the body of a 200.

        Raises Unavailable if Jupiter does not answer or still says 429 after a few waits,
        Refused(NO_ROUTE) for a 400.
        """
        for _ in range(PATIENCE):
            pause = self._open_at - self._clock.monotonic()
            if pause > 0:
                await self._clock.sleep(pause)
            body = await self._ask(route, params)
            if body is not None:
                return body
        raise Unavailable(
            Code.PLATFORM_UNAVAILABLE, "Platform unavailable: Jupiter's rate limit is used up"
        )

    async def _ask(self, route: str, params: dict[str, str]) -> dict[str, Any] | None:
        """Answer the body, or None for a 429."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with self._session.get(
                f"{self._url}/{route}", params=params, headers=self._headers, timeout=timeout
            ) as answer:
                gateway_id = answer.headers.get("x-api-gateway-request-id")
                log.debug(
                    "jupiter.answered", route=route, status=answer.status, gateway_id=gateway_id
                )
                if answer.status == 429:
                    self._wait_until(answer.headers.get("x-ratelimit-reset"))
                    return None
                body = await answer.json(content_type=None)
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            kind = type(error).__name__
            raise Unavailable(
                Code.PLATFORM_UNAVAILABLE, f"Platform unavailable: Jupiter: {kind}"
            ) from None
        if status == 200 and isinstance(body, dict):
            return body
        why = body.get("error") if isinstance(body, dict) else None
        if status == 400:
            raise Refused(
                Code.NO_ROUTE, f"Platform unavailable: Jupiter has no offer: {why or 'HTTP 400'}"
            )
        raise Unavailable(
            Code.PLATFORM_UNAVAILABLE, f"Platform unavailable: Jupiter: HTTP {status} {why or ''}"
        )

    def _wait_until(self, reset: str | None) -> None:
        """Close the door until the unix second that Jupiter named, within reason."""
        pause = DEFAULT_PAUSE_S
        if reset and reset.isdigit():
            pause = int(reset) - self._clock.now().timestamp()
        pause = min(max(pause, 0.1), MAX_PAUSE_S)
        self._open_at = max(self._open_at, self._clock.monotonic() + pause)
        log.warning("jupiter.rate_limited", pause_s=round(pause, 1))
