"""The other half of the relay: what a client missed, from the projection."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

from api.relay.catching_up import CHUNK, CatchingUp, Found, changes_of, messages_of
from api.relay.projected import Projected
from api.relay.rooms import EveryRoom, JobRoom, Room, UserRoom
from api.relay.told import Told
from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable
from projections.queries import Queries
from projections.views import Missed

AT_ONCE: Final = 8
"""Rooms of one job that ask Postgres at once; users' rooms ask together (`CatchingUp`)."""


class Replay:
    """Makes from the projection the messages that the feed told, letter by letter."""

    def __init__(self, queries: Queries, clock: Clock, at_once: int = AT_ONCE) -> None:
        self._queries = queries
        self._projected = Projected(queries, clock)
        self._catching_up = CatchingUp(queries)
        self._turns = asyncio.Semaphore(at_once)

    async def reaches(self, cursors: Mapping[int, int]) -> None:
        """Wait until the projection has read the log up to these cursors, inclusive."""
        await self._projected.past(cursors)

    async def missed(
        self,
        room: Room | EveryRoom,
        after: Mapping[int, int],
        upto: Mapping[int, int],
        within_s: float,
    ) -> AsyncIterator[list[Told]]:
        """Answer in chunks the messages of a room behind `after`, up to `upto`.

        Each partition in its order, partitions interleaved by time within a chunk. Raises
        Unavailable if Postgres does not answer a chunk in time.
        """
        seen, whole = after, False
        while not whole:
            try:
                async with asyncio.timeout(within_s):
                    told, seen, whole = await self._next(room, seen, upto)
            except TimeoutError:
                raise Unavailable(Code.DATABASE_UNAVAILABLE, "Postgres is too slow") from None
            yield told

    async def _next(
        self, room: Room | EveryRoom, after: Mapping[int, int], upto: Mapping[int, int]
    ) -> Found:
        match room:
            case EveryRoom():
                async with self._turns:
                    return await self._of_everybody(after, upto)
            case UserRoom(user_id):
                return await self._catching_up.next(Missed(user_id, after, upto))
            case JobRoom(job_id):
                async with self._turns:
                    return await self._of_job(job_id, after, upto)

    async def _of_job(self, job: UUID, after: Mapping[int, int], upto: Mapping[int, int]) -> Found:
        ((partition, last),) = upto.items()
        cursor = after.get(partition, -1)
        entries = await self._queries.events_of_job(job, cursor, upto=last, limit=CHUNK)
        changes = changes_of(await self._queries.histories({job})) if entries else {}
        reached = {entry.partition: entry.cursor for entry in entries}
        return Found(messages_of(entries, changes), {**after, **reached}, len(entries) < CHUNK)

    async def _of_everybody(self, after: Mapping[int, int], upto: Mapping[int, int]) -> Found:
        entries = await self._queries.events_of_everybody(after, upto, limit=CHUNK)
        jobs = {entry.job_id for entry in entries}
        changes = changes_of(await self._queries.histories(jobs)) if jobs else {}
        reached = {entry.partition: entry.cursor for entry in entries}
        return Found(messages_of(entries, changes), {**after, **reached}, len(entries) < CHUNK)
