import asyncio

import pytest

from api.relay.outbox import MOST_IN_TRANSPORT, MOST_WAITING, Gone, Outbox
from api.relay.told import Told
from tests.projections.buys import CLOCK


class Line:
    """A transport that keeps what it is given until it is read."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.unread = 0
        self.was_cut = False

    async def send(self, told: Told) -> None:
        self.sent.append(told.cursor)
        self.unread += 1

    def waiting(self) -> int:
        return self.unread

    async def cut(self) -> None:
        self.was_cut = True


def told(cursor: int) -> Told:
    return Told("external_buy_progress", {}, "user", CLOCK.new_id(), 0, cursor)


async def settled(line: Line) -> None:
    """Wait until nothing more is sent."""
    count = -1
    while count != len(line.sent) and not line.was_cut:
        count = len(line.sent)
        await asyncio.sleep(0.15)


async def test_slow_client_is_waited_for_and_gets_all_in_order() -> None:
    """A client that does not read holds up its own messages only, and loses none."""
    line = Line()
    outbox = Outbox(line, CLOCK)
    sending = asyncio.create_task(outbox.run())
    for cursor in range(2 * MOST_IN_TRANSPORT):
        outbox.put(told(cursor))
    await settled(line)
    assert len(line.sent) == MOST_IN_TRANSPORT
    line.unread = 0
    await outbox.flushed()
    assert line.sent == list(range(2 * MOST_IN_TRANSPORT))
    sending.cancel()


async def test_client_that_never_reads_is_cut_off() -> None:
    """A client that is too far behind is disconnected; it can come back with its cursors."""
    line = Line()
    outbox = Outbox(line, CLOCK)
    sending = asyncio.create_task(outbox.run())
    for cursor in range(MOST_WAITING + MOST_IN_TRANSPORT + 10):
        outbox.put(told(cursor))
    waiting = asyncio.ensure_future(outbox.flushed())
    await sending
    assert line.was_cut
    with pytest.raises(Gone):
        await waiting
    with pytest.raises(Gone):
        await outbox.flushed()
