"""The other half of the relay: what a client missed, from the projection."""

import asyncio
import heapq
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

from api.relay.rooms import JobRoom, Room, UserRoom
from api.relay.told import Change, Told, change
from buyqueue.buy.state import Absent, State
from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable
from buyqueue.log.record import Recorded
from projections.queries import Queries
from projections.views import Entry

CHUNK: Final = 1_000
"""Events read, and held in memory, at once for one client."""
AT_ONCE: Final = 8
"""Replays that ask Postgres at once: after a restart all clients come back together."""
LOOK_AGAIN_S: Final = 0.05


class Replay:
    """Makes from the projection the messages that the feed told, letter by letter."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def reaches(self, cursors: Mapping[int, int]) -> None:
        """Wait until the projection has read the log up to these cursors, inclusive."""
        while True:
            async with self._turns:
                positions = await self._queries.positions()
            if all(positions.get(p, 0) > cursor for p, cursor in cursors.items()):
                return
            await self._clock.sleep(LOOK_AGAIN_S)

    async def missed(
        self, room: Room, after: Mapping[int, int], upto: Mapping[int, int], within_s: float
    ) -> AsyncIterator[list[Told]]:
        """Answer in chunks the messages of a room behind `after`, up to `upto`.

        Each partition in its order, partitions interleaved by time within a chunk. Raises
        Unavailable if Postgres does not answer a chunk in time.
        """
        seen = dict(after)
        while True:
            try:
                async with asyncio.timeout(within_s), self._turns:
                    entries = await self._entries(room, seen, upto)
                    jobs = {entry.job_id for entry in entries}
                    histories = await self._queries.histories(jobs) if jobs else []
            except TimeoutError:
                raise Unavailable(Code.DATABASE_UNAVAILABLE, "Postgres is too slow") from None
            yield _messages(entries, histories)
            seen |= {entry.partition: entry.cursor for entry in entries}
            if len(entries) < CHUNK:
                return

    async def _entries(
        self, room: Room, after: Mapping[int, int], upto: Mapping[int, int]
    ) -> list[Entry]:
        match room:
            case UserRoom(user_id):
                return await self._queries.events_of_user(user_id, after, upto=upto, limit=CHUNK)
            case JobRoom(job_id):
                ((partition, last),) = upto.items()
                cursor = after.get(partition, -1)
                return await self._queries.events_of_job(job_id, cursor, upto=last, limit=CHUNK)


def _messages(entries: list[Entry], histories: list[Entry]) -> list[Told]:
    """Fold the histories and answer what the entries among them told."""
    wanted = {(entry.partition, entry.cursor) for entry in entries}
    states: defaultdict[UUID, State] = defaultdict(Absent)
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    for entry in histories:
        recorded = Recorded(entry.event, entry.partition, entry.cursor)
        if found := change(states[entry.job_id], recorded):
            states[entry.job_id] = found.after
            if (entry.partition, entry.cursor) in wanted:
                changes[entry.partition].append(found)
    in_time = heapq.merge(*changes.values(), key=lambda found: found.recorded.event.occurred_at)
    return [told for found in in_time for told in found.told()]
