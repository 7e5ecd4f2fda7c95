"""Hints of confirmations: sooner than the next poll, and never needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from buyqueue.clock import SystemClock
from buyqueue.ending import end
from buyqueue.rpc import RpcNode
from sandbox.solana.faults import Fault
from streams.chain.flight import Flight, Landed, Overdue
from streams.chain.hints import Hints
from streams.chain.landing import Landing, LandingRules
from streams.chain.nodes import Nodes
from streams.chain.statuses import Status, StatusBoard
from tests.integration.chain.conftest import MARGIN, SOL, Bench
from tests.integration.chain.test_landing import while_slots_pass

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
    board.hint(flight.signature)
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


class Following:
    """What follows flights with hints; `asked` counts the questions for statuses."""

    def __init__(self, bench: Bench, tick_ms: int) -> None:
        clock = SystemClock()
        self.asked = 0
        self.hints = Hints(bench.session, bench.node.ws_url, clock)
        nodes = Nodes([RpcNode(bench.session, bench.node.url, 1_000, self._saw)], clock)
        board = StatusBoard(nodes, clock, tick_ms, self.hints)
        self.landing = Landing(nodes, board, clock, LandingRules(50, MARGIN))

    def _saw(self, _node: str, method: str, _outcome: str, _seconds: float) -> None:
        self.asked += method == "getSignatureStatuses"


@asynccontextmanager
async def following(bench: Bench, tick_ms: int) -> AsyncIterator[Following]:
    made = Following(bench, tick_ms)
    running = asyncio.create_task(made.hints.run())
    yield made
    await end(running)


async def failing(bench: Bench) -> Flight:
    """Answer a flight that lands as a failure: the wallet has paid another one."""
    first = replace(await bench.flight(bench.order(lamports=SOL)), sent=True)
    second = replace(await bench.flight(bench.order(lamports=SOL + 1)), sent=True)
    assert isinstance(await while_slots_pass(bench, first), Landed)
    return second


async def test_what_failed_and_is_not_final_yet_is_asked_for_once_a_tick(bench: Bench) -> None:
    flight = await failing(bench)
    async with following(bench, tick_ms=300) as made, asyncio.timeout(20):
        waiting = asyncio.create_task(made.landing.follow(flight))
        await asyncio.sleep(0.3)
        bench.node.advance(3)
        await asyncio.sleep(0.5)
        before = made.asked
        await asyncio.sleep(1.5)
        assert made.asked - before <= 6
        assert [flight.signature] == list(made.hints._wanted)
        bench.node.advance(40)
        assert isinstance(await waiting, Landed)
    assert not made.hints._wanted


async def test_what_never_lands_is_not_listened_for_any_more(bench: Bench) -> None:
    bench.node.faults.add(Fault("drop", method="sendTransaction"))
    flight = replace(await bench.flight(), sent=True)
    async with following(bench, tick_ms=50) as made, asyncio.timeout(20):
        waiting = asyncio.create_task(made.landing.follow(flight))
        await asyncio.sleep(0.2)
        assert [flight.signature] == list(made.hints._wanted)
        bench.node.advance(150 + MARGIN + 3)
        assert isinstance(await waiting, Overdue)
        assert not made.hints._wanted


async def test_nor_is_what_nobody_follows_any_more(bench: Bench) -> None:
    flight = replace(await bench.flight(), sent=True)
    async with following(bench, tick_ms=50) as made, asyncio.timeout(20):
        waiting = asyncio.create_task(made.landing.follow(flight))
        await asyncio.sleep(0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not made.hints._wanted
