"""Sockets of an open api that join nothing hear everything; whoever joins, its rooms alone."""

import asyncio

from api.relay.door import OpenDoor
from api.relay.lobby import EVERYTHING, HOLD_S, OVERTAKEN_S, Lobby
from api.relay.outbox import Outbox
from api.relay.rooms import UserRoom
from api.relay.told import Change, Told, change
from api.relay.viewer import Audience, Viewer
from buyqueue.buy.state import Absent
from buyqueue.clock import SystemClock
from buyqueue.log.record import Recorded
from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import Ground
from tests.relay.serving import Client, heard_all, new_user, serving, told_by_log


class Gate(SystemClock):
    """Sleeps until it is opened, and tells the time as much later as it is told."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.asleep = asyncio.Event()
        self.opened = asyncio.Event()

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s

    async def sleep(self, _seconds: float) -> None:
        self.asleep.set()
        await self.opened.wait()


class Line:
    def __init__(self) -> None:
        self.sent: list[int] = []

    async def send(self, told: Told) -> None:
        self.sent.append(told.cursor)

    def waiting(self) -> int:
        return 0

    async def cut(self) -> None:
        raise AssertionError("nobody is slow here")


def told(cursor: int, user: str = "ann") -> Told:
    return Told("external_buy_progress", {}, user, CLOCK.new_id(), 0, cursor)


def requested(cursor: int) -> Change:
    recorded = Recorded(whole_buy("ann")[0], 0, cursor)
    found = change(Absent(), recorded)
    assert found is not None
    return found


async def waiting(
    clock: Gate, line: Line, audience: Audience | None = None
) -> tuple[Lobby, Viewer, asyncio.Task[None]]:
    lobby = Lobby(live=lambda: True, audience=audience or Audience(), clock=clock)
    outbox = Outbox(line, CLOCK)
    viewer, sending = Viewer(outbox), asyncio.create_task(outbox.run())
    lobby.enter(viewer, since=clock.monotonic())
    await clock.asleep.wait()
    return lobby, viewer, sending


async def test_what_comes_before_a_join_is_dropped() -> None:
    clock, line = Gate(), Line()
    lobby, viewer, sending = await waiting(clock, line)
    viewer.tell(told(1))
    lobby.leave(viewer)
    clock.opened.set()
    viewer.begin(UserRoom("ann"))
    viewer.go_live({})
    for cursor, user in ((2, "ann"), (3, "bob")):
        viewer.tell(told(cursor, user))
    await viewer.outbox.flushed()
    assert ([2], {UserRoom("ann")}) == (line.sent, viewer.rooms)
    sending.cancel()


async def test_what_comes_first_is_held_back_and_then_told_in_order() -> None:
    clock, line = Gate(), Line()
    _, viewer, sending = await waiting(clock, line)
    for cursor, user in ((1, "ann"), (2, "bob")):
        viewer.tell(told(cursor, user))
    await viewer.outbox.flushed()
    assert [] == line.sent
    clock.opened.set()
    async with asyncio.timeout(20):
        while len(line.sent) < 2:
            await asyncio.sleep(0)
    viewer.tell(told(3))
    await viewer.outbox.flushed()
    assert ([1, 2, 3], {EVERYTHING}) == (line.sent, viewer.rooms)
    sending.cancel()


async def test_what_came_while_it_connected_is_told_and_what_overtook_it() -> None:
    clock, line, audience = Gate(), Line(), Audience()
    clock.opened.set()
    lobby, _, early = await waiting(clock, Line(), audience)
    for cursor, later_s in ((1, 0.0), (2, OVERTAKEN_S), (3, 0.0)):
        clock.ahead_s += later_s
        audience.tell(requested(cursor))
    clock.ahead_s += OVERTAKEN_S / 2
    opened = clock.monotonic()
    audience.tell(requested(4))
    outbox = Outbox(line, CLOCK)
    viewer, sending = Viewer(outbox), asyncio.create_task(outbox.run())
    lobby.enter(viewer, since=opened)
    async with asyncio.timeout(20):
        while not viewer.rooms:
            await asyncio.sleep(0)
    audience.tell(requested(5))
    async with asyncio.timeout(20):
        while len(line.sent) < 4:
            await asyncio.sleep(0)
    await viewer.outbox.flushed()
    assert [2, 3, 4, 5] == line.sent
    for task in (early, sending):
        task.cancel()


async def test_a_socket_that_joins_nothing_hears_all_until_it_joins(ground: Ground) -> None:
    """Once it joins late, its room is told whole, and nothing of others any more."""
    ann, bob = new_user(), new_user()
    async with serving(ground, door=OpenDoor(hears_all=True)) as served:
        client = Client(served.url)
        await client.connect()
        async with asyncio.timeout(20):
            while not client.heard:  # it has to have entered first
                await append_all(ground.journal, whole_buy(ann))
                await asyncio.sleep(0.5)
        await append_all(ground.journal, whole_buy(bob))
        bobs = sum(map(len, (await told_by_log(ground.kafka, bob, ground.begins)).values()))
        async with asyncio.timeout(20):
            while [p["userId"] for p in client.payloads].count(bob) < bobs:
                await asyncio.sleep(0.02)
        assert {ann, bob} == {payload["userId"] for payload in client.payloads}
        assert (await client.join(ann))["success"] is True
        client.heard.clear()
        client.payloads.clear()
        await append_all(ground.journal, [*whole_buy(bob), *whole_buy(ann)])
        async with asyncio.timeout(20):
            while "external_buy_result" not in [name for name, *_ in client.heard]:
                await asyncio.sleep(0.02)
        assert {ann} == {payload["userId"] for payload in client.payloads}
        await client.disconnect()


async def test_where_users_are_told_apart_it_hears_nothing(ground: Ground) -> None:
    async with serving(ground, door=OpenDoor(hears_all=False)) as served:
        mute, beside = Client(served.url), Client(served.url)
        await mute.connect()
        await asyncio.sleep(HOLD_S)  # until then it would hear nothing anywhere
        await beside.connect()
        ann = new_user()
        await beside.join(ann)
        await append_all(ground.journal, whole_buy(ann))
        await heard_all(beside, await told_by_log(ground.kafka, ann, ground.begins))
        assert [] == mute.heard
        for client in (mute, beside):
            await client.disconnect()
