"""One buy that this worker holds in memory."""

import asyncio
from uuid import UUID

from opentelemetry.trace import SpanContext

from buyqueue.buy.evolve import Evolution, evolve
from buyqueue.buy.state import Absent, State
from buyqueue.log.journal import Cursor
from buyqueue.log.record import Recorded
from buyqueue.tracing.traceparent import parse


class LiveBuy:
    """A buy's folded state, and a way to wait until the log has moved it."""

    def __init__(self, job_id: UUID, partition: int, first_offset: int) -> None:
        self.job_id = job_id
        self.partition = partition
        self.first_offset = first_offset
        self.state: State = Absent()
        self.cursor = -1
        self.logged_ms = 0
        """When the log took the last of its records, in unix ms by the log."""
        self.trace: SpanContext | None = None
        """Of the first of its records that has one: what is done for the buy goes on below it."""
        self.traceparent: str | None = None
        """Of the last of its records."""
        self._move: asyncio.Future[None] | None = None

    def apply(self, record: Recorded) -> Evolution:
        """Fold the next record of this buy, and wake whoever waits."""
        evolution = evolve(self.state, record.event)
        self.state = evolution.state
        self.cursor = record.offset
        self.logged_ms = max(self.logged_ms, record.logged_ms or 0)
        self.traceparent = record.traceparent
        if self.trace is None and record.traceparent:
            self.trace = parse(record.traceparent)
        move, self._move = self._move, None
        if move and not move.done():
            move.set_result(None)
        return evolution

    def older_than(self, age_ms: int) -> bool:
        """Tell whether the order was older when the log took its last record; 0 is no limit.

        By the log alone: every worker that has read as far says the same, whatever its clock.
        """
        if not age_ms or isinstance(self.state, Absent):
            return False
        asked = self.state.course.order.requested_at
        return self.logged_ms - round(asked.timestamp() * 1000) > age_ms

    def move(self) -> asyncio.Future[None]:
        """Answer a future that is done when the next record is folded; NB: others share it."""
        if self._move is None or self._move.done():
            self._move = asyncio.get_running_loop().create_future()
        return self._move

    async def after(self, cursor: int) -> None:
        """Wait until a record past this cursor is folded."""
        while self.cursor <= cursor:
            await asyncio.shield(self.move())

    async def read_back(self, place: Cursor) -> None:
        """Wait until the fold has passed an appended event."""
        await self.after(place.offset - 1)
