"""When each slot of the local chain was confirmed, by the clock of whoever watches."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

from buyqueue.clock import Clock

Confirmed = dict[int, float]
"""Seconds of the clock, by slot."""


@asynccontextmanager
async def watched(
    session: aiohttp.ClientSession, ws_url: str, clock: Clock
) -> AsyncIterator[Confirmed]:
    """Note each slot while the context lasts.

    A slot's block is confirmed when the next one comes (the local chain's rule), which is when the
    node tells of that one.
    """
    confirmed: Confirmed = {}
    async with session.ws_connect(ws_url) as socket:
        await socket.send_json({"jsonrpc": "2.0", "id": 1, "method": "slotSubscribe"})
        task = asyncio.create_task(_follow(socket, confirmed, clock), name="slots")
        try:
            yield confirmed
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _follow(
    socket: aiohttp.ClientWebSocketResponse, confirmed: Confirmed, clock: Clock
) -> None:
    async for message in socket:
        told = json.loads(message.data)
        if told.get("method") == "slotNotification":
            parent = int(told["params"]["result"]["parent"])
            confirmed.setdefault(parent, clock.monotonic())
