"""How a client comes to follow a room without a gap or a repeat."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any, Final

from api.relay.feed import Feed
from api.relay.replay import Replay
from api.relay.rooms import EveryRoom, JobRoom, Join, Room
from api.relay.viewer import Audience, Viewer
from buyqueue.clock import Clock
from buyqueue.errors import Code, InvalidInput, Unavailable
from buyqueue.log.topic import partition_of

MOST_ROOMS: Final = 100
LOOK_AGAIN_S: Final = 0.02
SETTLES_WITHIN: Final = 0.5
"""The part of its patience in which a live join waits for the projection. It goes on without."""


class Joining:
    """Replays what was missed, up to where the feed stands, while the feed's news are held back.

    Cursors are the last offsets had. The answer's cursors with those of the messages that came
    are what a client sends when it joins again. NB: of an event that makes a progress and a
    result, the progress has the cursor before it: who is cut between the two gets both again.
    """

    def __init__(
        self, *, feed: Feed, replay: Replay, audience: Audience, clock: Clock, patience_s: float
    ) -> None:
        self._feed = feed
        self._replay = replay
        self._audience = audience
        self._clock = clock
        self._patience_s = patience_s

    async def join(self, viewer: Viewer, wish: Join) -> dict[str, Any]:
        """Let a viewer follow a room, and answer the acknowledgement.

        All up to its cursors is with the transport by then. Raises InvalidInput; Unavailable if
        the relay or the projection does not get that far in time, and then the room is not
        followed, even if it was before; Gone if the client went away.
        """
        async with viewer.joining:
            room = wish.room
            if room not in viewer.rooms and len(viewer.rooms) >= MOST_ROOMS:
                raise InvalidInput(Code.INVALID_REQUEST, f"more than {MOST_ROOMS} rooms")
            await self._in_time(self._feed_is_live(), "the relay has not caught up with the log")
            after = self._cursors_of(wish)
            if after is not None:
                behind = "the cursors are ahead of this server"
                await self._in_time(self._feed_reaches(after), behind)
            viewer.begin(room)
            self._audience.add(room, viewer)
            upto = self._last(room)
            try:
                if after is not None:
                    await self._bring(viewer, room, after, upto)
                viewer.go_live(upto if after is None else after)
                if after is None:
                    await self._projected(upto)
                cursors = self._last(room)
                await viewer.outbox.flushed()
            except BaseException:
                # Also of a client that has gone: it may have left its rooms before this one.
                self.leave(viewer, room)
                raise
        named = {str(partition): cursor for partition, cursor in cursors.items()}
        return {"success": True, "room": room.name, "cursors": named}

    async def _projected(self, upto: Mapping[int, int]) -> None:
        """Wait a little for the projection: whoever joins anew asks it for what was before.

        What it has not read by then would be told neither live nor by REST.
        """
        with suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(self._patience_s * SETTLES_WITHIN):
                await self._replay.reaches(upto)

    def leave(self, viewer: Viewer, room: Room | EveryRoom) -> None:
        """Let a viewer follow a room no more. A second time does nothing."""
        self._audience.remove(room, viewer)
        viewer.leave(room)

    def leave_all(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        for room in viewer.rooms:
            self.leave(viewer, room)

    async def _bring(
        self, viewer: Viewer, room: Room, after: Mapping[int, int], upto: Mapping[int, int]
    ) -> None:
        needed = {p: last for p, last in upto.items() if last > after.get(p, -1)}
        await self._in_time(self._replay.reaches(needed), "the projection is behind the log")
        async for chunk in self._replay.missed(room, after, upto, self._patience_s):
            for told in chunk:
                viewer.replay(told)
            # A client that reads slowly is sent the past as fast as it reads.
            await viewer.outbox.flushed()

    def _last(self, room: Room) -> dict[int, int]:
        """Answer where the feed stands: the last cursors told."""
        positions = self._feed.positions
        if isinstance(room, JobRoom):
            partition = partition_of(room.job_id, len(positions))
            return {partition: positions[partition] - 1}
        return {partition: offset - 1 for partition, offset in sorted(positions.items())}

    def _cursors_of(self, wish: Join) -> dict[int, int] | None:
        if wish.cursor is not None:
            return dict.fromkeys(self._last(wish.room), wish.cursor)
        if wish.cursors is None:
            return None
        if unknown := wish.cursors.keys() - self._feed.positions.keys():
            text = f"cursors: there is no partition {min(unknown)}"
            raise InvalidInput(Code.INVALID_REQUEST, text, field="cursors")
        if isinstance(wish.room, JobRoom):
            # Its own partition's alone: of the others nothing is told to it.
            return {p: wish.cursors.get(p, -1) for p in self._last(wish.room)}
        return dict(wish.cursors)

    async def _feed_is_live(self) -> None:
        while not self._feed.live:
            await self._clock.sleep(LOOK_AGAIN_S)

    async def _feed_reaches(self, cursors: Mapping[int, int]) -> None:
        """Wait for a server that is further ahead, whose client this was."""
        positions = self._feed.positions
        while any(cursor >= positions[p] for p, cursor in cursors.items()):
            await self._clock.sleep(LOOK_AGAIN_S)

    async def _in_time(self, waiting: Awaitable[None], why_not: str) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await waiting
        except TimeoutError:
            raise Unavailable(Code.LOG_UNAVAILABLE, why_not) from None
