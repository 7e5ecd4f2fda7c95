import asyncio

from api.relay.feed import Feed
from api.relay.told import OpenBuys
from api.relay.viewer import Audience
from buyqueue.errors import Code, Unavailable
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded
from tests.projections.buys import CLOCK, of_buy, whole_buy
from tests.projections.conftest import Ground


async def test_a_crash_shows_in_its_health(ground: Ground) -> None:
    """A bug ends the feed, and its health says so; an outage does not."""

    def bug() -> LogReader:
        raise ZeroDivisionError

    def outage() -> LogReader:
        raise Unavailable(Code.LOG_UNAVAILABLE, "no broker")

    health: list[bool] = []
    for open_reader in (bug, outage):
        feed = Feed(open_reader=open_reader, engine=ground.engine, clock=CLOCK, audience=Audience())
        assert not feed.healthy
        feed.start()
        assert feed.healthy
        await asyncio.sleep(0.1)
        health.append(feed.healthy)
        assert not feed.live
        await feed.stop()
    assert health == [False, True]


def test_only_open_buys_are_kept() -> None:
    """A buy is forgotten once nothing can change it, and a late copy does not open it anew."""
    buys, events = OpenBuys(), whole_buy("user")
    for offset, event in enumerate(events):
        assert buys.take(Recorded(event, 0, offset))
        assert len(buys) == (0 if offset == len(events) - 1 else 1)
    again = of_buy(events[0].job_id, events[:1], "user")
    assert buys.take(Recorded(again[0], 0, 99)) is None
    assert len(buys) == 0
