"""A client of live messages comes back by itself, with the cursors that it has heard up to."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web

from buyq.client import CREATED, ApiError, BuyClient, Message
from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, State
from buyqueue.contract.messages import messages
from buyqueue.events.codec import Event
from tests.controls import events as controls
from tests.controls.events import MINT
from tests.projections.buys import CLOCK, COURSE, OWN_WALLET, of_buy


def wire(partition: int, cursor: int) -> dict[str, Any]:
    return {
        "jobId": "01a2", "userId": "u", "tokenAddress": MINT, "buyAmount": 0.1,
        "createdAt": "2026-01-02T03:04:05.678Z", "partition": partition, "cursor": cursor,
    }  # fmt: skip


class Relay:
    """Answers each join as the next of its lines says, and keeps what was asked."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncServer(async_mode="aiohttp")
        self.sio.on("connect", self._connect)
        self.sio.on("join_room", self._join)
        self.auths: list[Any] = []
        self.joins: list[Any] = []
        self.lines: list[tuple[list[dict[str, Any]], dict[str, Any]]] = []
        self.url = ""

    async def _connect(self, _sid: str, _environ: Any, auth: Any = None) -> None:
        self.auths.append(auth)

    async def _join(self, sid: str, wish: Any) -> dict[str, Any]:
        self.joins.append(wish)
        replayed, answer = self.lines[len(self.joins) - 1]
        for one in replayed:
            await self.sio.emit(CREATED, one, to=sid)
        return answer

    async def goodbye(self) -> None:
        """Send everybody away, as a relay does that is stopped."""
        for sid, _ in list(self.sio.manager.get_participants("/", None)):
            await self.sio.disconnect(sid)


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    relay, app = Relay(), web.Application()
    relay.sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    relay.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield relay
    await relay.sio.shutdown()
    await runner.cleanup()


def joined(**cursors: int) -> dict[str, Any]:
    return {"success": True, "cursors": {name.lstrip("p"): at for name, at in cursors.items()}}


def refused(code: str, *, retryable: bool) -> dict[str, Any]:
    return {"success": False, "error": "no", "code": code, "retryable": retryable}


async def test_it_joins_again_from_behind_what_it_heard_and_repeats_nothing(relay: Relay) -> None:
    relay.lines = [
        ([], joined(p0=7, p1=3)),
        ([], refused("log_unavailable", retryable=True)),
        ([wire(0, 8), wire(0, 9)], joined(p0=9, p1=4)),
    ]
    async with (
        aiohttp.ClientSession() as session,
        BuyClient(session, relay.url).live("u") as live,
        asyncio.timeout(60),
    ):
        await relay.sio.emit(CREATED, wire(0, 8))
        heard: list[Message] = [await live.next()]
        await relay.goodbye()
        heard.append(await live.next())
    assert [
        {"userId": "u"},
        {"userId": "u", "cursors": {"0": 8, "1": 3}},
        {"userId": "u", "cursors": {"0": 8, "1": 3}},
    ] == relay.joins
    assert [8, 9] == [message.cursor for message in heard]


async def test_it_says_that_it_joins_and_who_it_is(relay: Relay) -> None:
    """So no message comes before its room's, whatever the api tells to others."""
    relay.lines = [([], joined(p0=7)), ([], joined(p0=7))]
    async with aiohttp.ClientSession() as session:
        for credential in (None, "token-1"):
            async with BuyClient(session, relay.url, credential).live("u"):
                pass
    assert [{"joins": True}, {"joins": True, "token": "token-1"}] == relay.auths


async def test_a_refusal_for_good_reaches_whoever_listens(relay: Relay) -> None:
    relay.lines = [([], joined(p0=7)), ([], refused("unauthenticated", retryable=False))]
    async with (
        aiohttp.ClientSession() as session,
        BuyClient(session, relay.url).live("u", cursors={0: 5}) as live,
        asyncio.timeout(60),
    ):
        await relay.goodbye()
        for _ in range(2):
            with pytest.raises(ApiError) as caught:
                await live.next()
            assert "unauthenticated" == caught.value.code
    assert {"userId": "u", "cursors": {"0": 5}} == relay.joins[0]


BOUGHT = [controls.requested(), *(make() for make in COURSE)]
BY_OWN_WALLET = [controls.requested(custody="client"), *(make() for make in OWN_WALLET)]
FAILED = [controls.requested(), controls.advanced(1), controls.advanced(2), controls.failed()]


@pytest.mark.parametrize("events", [BOUGHT, BY_OWN_WALLET, FAILED])
async def test_each_message_of_a_buy_is_heard_once_though_its_events_are_neighbours(
    relay: Relay, events: list[Event]
) -> None:
    """The first of two messages of an event has the cursor of the event before."""
    told = list(told_of(of_buy(CLOCK.new_id(), events, "u")))
    relay.lines = [([], joined(p0=-1))]
    async with (
        aiohttp.ClientSession() as session,
        BuyClient(session, relay.url).live("u") as live,
        asyncio.timeout(60),
    ):
        for name, payload in told * 2:
            await relay.sio.emit(name, payload)
        await relay.sio.emit(CREATED, wire(1, 0))
        heard = [await live.next() for _ in range(len(told) + 1)]
    assert told == [(message.name, message.wire) for message in heard[:-1]]


def told_of(events: list[Event]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Answer what a relay tells of a buy that is alone in its partition."""
    state: State = Absent()
    for offset, event in enumerate(events):
        before, (state, ignored) = state, evolve(state, event)
        assert ignored is None
        assert not isinstance(state, Absent)
        for message in messages(before, state, event, 0, offset):
            yield message.name, message.payload.json_object()
