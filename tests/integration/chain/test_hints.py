"""Hints of confirmations: sooner than the next poll, and never needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from buyqueue.clock import SystemClock
from buyqueue.ending import end
from streams.chain.hints import Hints
from streams.chain.statuses import Status, StatusBoard
from tests.integration.chain.conftest import Bench

LONG_TICK_MS = 30_000


@asynccontextmanager
async def hinted(bench: Bench, url: str, tick_ms: int = LONG_TICK_MS) -> AsyncIterator[StatusBoard]:
    """A board that asks once in half a minute, unless it is told."""
    hints = Hints(bench.session, url, SystemClock())
    running = asyncio.create_task(hints.run())
    yield StatusBoard(bench.nodes(), SystemClock(), tick_ms, hints)
    await end(running)


async def landed(bench: Bench, board: StatusBoard) -> Status | None:
    """Land a buy while somebody waits for its status."""
    flight = await bench.flight()
    waiting = asyncio.create_task(board.status(flight.signature))
    await bench.send(flight)
    while not waiting.done():
        bench.node.advance()
        await asyncio.sleep(0.05)
    return await waiting


async def test_a_confirmation_is_known_long_before_the_next_poll(bench: Bench) -> None:
    async with hinted(bench, bench.node.ws_url) as board, asyncio.timeout(10):
        status = await landed(bench, board)
    assert status is not None
    assert status.confirmed


async def test_without_the_websocket_the_poll_finds_it(bench: Bench) -> None:
    async with hinted(bench, "ws://127.0.0.1:9", tick_ms=200) as board, asyncio.timeout(10):
        status = await landed(bench, board)
        while status is None or not status.confirmed:
            status = await landed(bench, board)
    assert status.confirmed


async def test_a_connection_that_was_cut_is_made_again(bench: Bench) -> None:
    async with hinted(bench, bench.node.ws_url) as board, asyncio.timeout(20):
        await landed(bench, board)
        await bench.node.main.pubsub.close()
        status = None
        while status is None or not status.confirmed:
            status = await landed(bench, board)
    assert status.confirmed
