"""A thin JSON-RPC 2.0 client for one Solana node.

Used instead of a library's own because those answer an unknown error code as if it were the
result, or abort the process on an error without `data` (both measured).
"""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from opentelemetry.trace import SpanKind

from buyqueue.errors import BuyQueueError, Code, Unavailable
from buyqueue.rpc_answers import readable
from buyqueue.tracing.spans import OFF, Spans


class RpcError(BuyQueueError):
    """The node answered with a JSON-RPC error. Never an outcome of a transaction."""

    def __init__(self, method: str, number: int, message: str, data: Any) -> None:
        super().__init__(Code.RPC_UNAVAILABLE, f"{method}: {message} ({number})")
        self.number = number
        self.message = message
        self.data = data


Observe = Callable[[str, str, str, float], None]
"""Told of each call: node, method, `ok`, `error` or `unanswered`, and seconds."""


def unobserved(_node: str, _method: str, _outcome: str, _seconds: float) -> None:
    """Look away."""


class RpcNode:
    """One node. Never retries by itself: who calls knows whether a repeat is safe."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        timeout_ms: int,
        observe: Observe = unobserved,
        spans: Spans = OFF,
    ) -> None:
        self._spans = spans
        self._session = session
        self._observe = observe
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout_ms / 1000)
        self._ids = count(1)
        host = urlsplit(url)
        self.name = f"{host.hostname}:{host.port}" if host.port else str(host.hostname)
        """Host and port only: an RPC URL often carries an API key."""
        self._traced: dict[str, str | int] = {
            "rpc.system.name": "jsonrpc",
            "jsonrpc.protocol.version": "2.0",
            "server.address": str(host.hostname),
        } | ({"server.port": host.port} if host.port else {})

    async def call(self, method: str, *params: Any) -> Any:
        """Call a method and answer its `result`.

        Raises RpcError for a JSON-RPC error, Unavailable for anything that is no answer: a
        refused or reset connection, a timeout, an HTTP status other than 200, broken JSON, and a
        result of another shape than the method has.
        """
        began, outcome = asyncio.get_running_loop().time(), "unanswered"
        told = self._traced | {"rpc.method": method} if self._spans.on else {}
        with self._spans.below(method, SpanKind.CLIENT, told) as span:
            try:
                result = await self._call(method, params)
            except RpcError as error:
                outcome = "error"
                span.set_attribute("rpc.response.status_code", str(error.number))
                raise
            else:
                outcome = "ok"
                return result
            finally:
                took = asyncio.get_running_loop().time() - began
                self._observe(self.name, method, outcome, took)

    async def _call(self, method: str, params: tuple[Any, ...]) -> Any:
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        try:
            async with self._session.post(self._url, json=body, timeout=self._timeout) as answer:
                if answer.status != 200:
                    raise Unavailable(
                        Code.RPC_UNAVAILABLE,
                        f"{self.name} answered {method} with HTTP {answer.status}",
                        after_ms=_retry_after_ms(answer),
                    )
                reply = await answer.json(content_type=None)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError, RecursionError) as error:
            kind = type(error).__name__
            raise Unavailable(
                Code.RPC_UNAVAILABLE, f"{self.name} did not answer {method}: {kind}"
            ) from None
        fault = reply.get("error") if isinstance(reply, dict) else None
        if isinstance(fault, dict):
            number = fault.get("code")
            number = number if isinstance(number, int) else 0
            raise RpcError(method, number, str(fault.get("message")), fault.get("data"))
        if fault is not None or not isinstance(reply, dict) or "result" not in reply:
            raise Unavailable(Code.RPC_UNAVAILABLE, f"{self.name}: no JSON-RPC answer to {method}")
        if not readable(method, params, reply["result"]):
            raise Unavailable(
                Code.RPC_UNAVAILABLE, f"{self.name}: no answer to {method} that can be read"
            )
        return reply["result"]


def _retry_after_ms(answer: aiohttp.ClientResponse) -> int | None:
    seconds = answer.headers.get("Retry-After", "")
    return int(seconds) * 1000 if seconds.isdigit() else None
