"""A join whose client goes away meanwhile, or that is asked for in an odd way."""

import asyncio
from collections.abc import Mapping

import pytest

from api.relay.joining import Joining
from api.relay.outbox import Gone, Outbox
from api.relay.rooms import EveryRoom, Join, Room, UserRoom, parse_join
from api.relay.told import Told
from api.relay.viewer import Audience, Viewer
from buyqueue.clock import SystemClock
from buyqueue.errors import InvalidInput
from tests.projections.buys import CLOCK


class Feed:
    """A feed that has not caught up until it is told so."""

    def __init__(self) -> None:
        self.live = False
        self.positions: Mapping[int, int] = {0: 5}


class Replay:
    async def reaches(self, _cursors: Mapping[int, int]) -> None:
        return


class Line:
    async def send(self, _told: Told) -> None:
        return

    def waiting(self) -> int:
        return 0

    async def cut(self) -> None:
        return


class Counted(Audience):
    """Says who follows something."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: set[tuple[Room | EveryRoom, Viewer]] = set()

    def add(self, room: Room | EveryRoom, viewer: Viewer) -> None:
        super().add(room, viewer)
        self.followed.add((room, viewer))

    def remove(self, room: Room | EveryRoom, viewer: Viewer) -> None:
        super().remove(room, viewer)
        self.followed.discard((room, viewer))


async def test_a_client_that_goes_before_its_join_goes_on_is_followed_by_nobody() -> None:
    feed, audience, room = Feed(), Counted(), UserRoom("ann")
    joining = Joining(
        feed=feed,  # type: ignore[arg-type]
        replay=Replay(),  # type: ignore[arg-type]
        audience=audience,
        clock=SystemClock(),
        patience_s=20,
    )
    outbox = Outbox(Line(), CLOCK)
    viewer, sending = Viewer(outbox), asyncio.create_task(outbox.run())
    join = asyncio.create_task(joining.join(viewer, Join(room)))
    await asyncio.sleep(0.1)
    joining.leave_all(viewer)
    outbox.close()
    sending.cancel()
    feed.live = True
    with pytest.raises(Gone):
        await join
    assert (set(), set()) == (audience.followed, viewer.rooms)


def test_a_job_is_joined_by_one_kind_of_cursor() -> None:
    with pytest.raises(InvalidInput):
        parse_join({"jobId": str(CLOCK.new_id()), "cursor": 1, "cursors": {"0": 1}})
