"""Many clients that missed something, answered by few questions to Postgres."""

import asyncio
import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, cast
from uuid import UUID

from api.relay.told import Change, Told, change
from buyqueue.buy.state import Absent, State
from buyqueue.errors import Code, Unavailable
from buyqueue.log.record import Recorded
from projections.queries import Queries
from projections.views import Entry, Missed

TOGETHER: Final = 200
"""Clients that one question serves. It costs a few round trips, however many there are."""
CHUNK: Final = 1_000
"""Events that one question reads, and that are in memory at once, times `AT_ONCE`."""
AT_ONCE: Final = 2
"""Questions under way: more would only wait for each other."""


class Found(NamedTuple):
    """What a client missed, or the first part of it."""

    told: list[Told]
    cursors: Mapping[int, int]
    """Where to go on."""
    whole: bool


class CatchingUp:
    """Collects those who ask while a question is under way, and asks for all of them at once.

    After a restart every client comes at the same time: one by one they would each wait for their
    own round trips. First come, first served; who missed more than a chunk gets one and asks
    again, behind the others.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._waiting: deque[tuple[Missed, asyncio.Future[Found]]] = deque()
        self._asking: set[asyncio.Task[None]] = set()

    async def next(self, missed: Missed) -> Found:
        """Answer what a user missed, from the projection; raises Unavailable."""
        found: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((missed, found))
        if len(self._asking) < AT_ONCE:
            asking = asyncio.create_task(self._ask())
            self._asking.add(asking)
        return await found

    async def _ask(self) -> None:
        try:
            await self._serve_all()
        finally:
            # NB: here, and not by a callback: that runs after those who were just served have
            # asked again, and they would take somebody for at work who no longer looks.
            self._asking.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _serve_all(self) -> None:
        while self._waiting:
            batch: list[tuple[Missed, asyncio.Future[Found]]] = []
            while self._waiting and len(batch) < TOGETHER:
                if not (first := self._waiting.popleft())[1].done():
                    batch.append(first)
            try:
                await self._serve(batch)
            except BaseException as error:
                # Whoever waits must hear of it, and not wait for somebody who is gone.
                why = error if isinstance(error, Exception) else _stopping()
                for _, found in batch:
                    if not found.done():
                        found.set_exception(why)
                if not isinstance(error, Exception):
                    raise

    async def _serve(self, batch: Sequence[tuple[Missed, asyncio.Future[Found]]]) -> None:
        rows = await self._queries.events_of_users([missed for missed, _ in batch], limit=CHUNK)
        changes = await self._changes({entry.job_id for _, entry in rows})
        mine: defaultdict[int, list[Entry]] = defaultdict(list)
        for number, entry in rows:
            mine[number].append(entry)
        # The rows are in the order of the batch: where they end, somebody's may go on.
        cut = rows[-1][0] if len(rows) == CHUNK else len(batch)
        for number, (missed, found) in enumerate(batch):
            if number > cut:
                break
            if not found.done():
                found.set_result(_found(missed, mine[number], changes, whole=number != cut))
        self._waiting.extendleft(reversed(batch[cut + 1 :]))

    async def _changes(self, jobs: set[UUID]) -> dict[tuple[int, int], Change]:
        return changes_of(await self._queries.histories(jobs)) if jobs else {}


def changes_of(histories: Iterable[Entry]) -> dict[tuple[int, int], Change]:
    """Fold whole histories; answer what counted, by partition and cursor."""
    states: defaultdict[UUID, State] = defaultdict(Absent)
    changes = {}
    for entry in histories:
        recorded = Recorded(entry.event, entry.partition, entry.cursor)
        if found := change(states[entry.job_id], recorded):
            states[entry.job_id] = found.after
            changes[entry.partition, entry.cursor] = found
    return changes


def messages_of(entries: Iterable[Entry], changes: Mapping[tuple[int, int], Change]) -> list[Told]:
    """Answer what these entries told: each partition in its order, interleaved by time."""
    parts: defaultdict[int, list[Change]] = defaultdict(list)
    for entry in entries:
        if found := changes.get((entry.partition, entry.cursor)):
            parts[entry.partition].append(found)
    in_time = heapq.merge(*parts.values(), key=lambda found: found.recorded.event.occurred_at)
    return [told for found in in_time for told in found.told()]


def _found(
    missed: Missed,
    entries: Sequence[Entry],
    changes: Mapping[tuple[int, int], Change],
    *,
    whole: bool,
) -> Found:
    reached = {entry.partition: entry.cursor for entry in entries}
    return Found(messages_of(entries, changes), {**missed.after, **reached}, whole)


def _stopping() -> Unavailable:
    return Unavailable(Code.DATABASE_UNAVAILABLE, "the api stops")
