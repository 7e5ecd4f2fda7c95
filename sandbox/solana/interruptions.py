"""Carrying out the faults that concern an HTTP exchange rather than the chain."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from sandbox.solana.faults import Fault


class Interrupted(Exception):
    """A fault that ends the whole HTTP request; without a response the connection is cut."""

    def __init__(self, response: web.Response | None) -> None:
        super().__init__()
        self.response = response

    def answer(self, request: web.Request) -> web.Response:
        """Answer the response, or cut the connection under the request."""
        if self.response is None and request.transport is not None:
            request.transport.abort()
        return self.response or web.Response(status=500)


async def strike(faults: Sequence[Fault], stopping: asyncio.Event) -> Fault | None:
    """Wait, cut or answer as the faults say; answer the first `rpc` one for the caller to word.

    Raises Interrupted.
    """
    for fault in faults:
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.ms / 1000)
            case "hang":
                await stopping.wait()
                raise Interrupted(None)
            case "reset":
                raise Interrupted(None)
            case "http":
                raise Interrupted(
                    web.Response(
                        status=fault.status, headers=dict(fault.headers), text=fault.message
                    )
                )
            case "rpc":
                return fault
            case "drop" | "delay":
                pass
    return None
