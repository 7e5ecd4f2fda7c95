"""Counting refusals that are worth a look."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from api.submissions.database import transaction
from buyqueue.clock import Clock
from buyqueue.ending import end_all
from buyqueue.errors import Unavailable
from buyqueue.tables import ABUSE_COUNTS

BAD_CREDENTIAL: Final = "bad_credential"
RATE_LIMITED: Final = "rate_limited"
CAP_REACHED: Final = "cap_reached"

FLUSH_S: Final = 5.0
MOST_SUBJECTS: Final = 10_000
LONGEST: Final = 200
OTHERS: Final = "(others)"
KEPT: Final = timedelta(days=30)


class Abuse:
    """Counts in memory, and adds to the counts in Postgres every few seconds.

    So a flood of refusals is no flood of writes. A killed process loses its last few seconds.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock, *, timeout_ms: int) -> None:
        self._engine = engine
        self._clock = clock
        self._timeout_s = timeout_ms / 1000
        self._counts: Counter[tuple[str, str]] = Counter()
        self._flushing = asyncio.Lock()

    def note(self, kind: str, subject: str) -> None:
        """Count one. Of very many subjects, the last ones are counted together."""
        place = kind, subject[:LONGEST]
        if place not in self._counts and len(self._counts) >= MOST_SUBJECTS:
            place = kind, OTHERS
        self._counts[place] += 1

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[None]:
        """Flush every few seconds and at the end. What Postgres does not take it gets later."""
        flushing = asyncio.create_task(self._keep_flushing())
        try:
            yield
        finally:
            await end_all([flushing])
            with suppress(Unavailable):
                await self.flush()

    async def _keep_flushing(self) -> None:
        while True:
            await self._clock.sleep(FLUSH_S)
            with suppress(Unavailable):
                await self.flush()

    async def flush(self) -> None:
        """Add what was counted to Postgres, and forget what is old there; raises Unavailable."""
        async with self._flushing:
            if not self._counts:
                return
            counted, self._counts = self._counts, Counter()
            try:
                await self._add(counted)
            except Unavailable:
                self._counts.update(counted)
                raise

    async def _add(self, counted: Counter[tuple[str, str]]) -> None:
        day = self._clock.now().date()
        rows = [
            {"day": day, "kind": kind, "subject": subject, "count": count}
            for (kind, subject), count in sorted(counted.items())
        ]
        write = insert(ABUSE_COUNTS)
        more = {"count": ABUSE_COUNTS.c.count + write.excluded.count}
        write = write.on_conflict_do_update(index_elements=["day", "kind", "subject"], set_=more)
        async with transaction(self._engine, self._timeout_s) as connection:
            await connection.execute(write, rows)
            await connection.execute(delete(ABUSE_COUNTS).where(ABUSE_COUNTS.c.day < day - KEPT))
            await connection.execute(_FORGET_RATES)


_FORGET_RATES: Final = text(
    "DELETE FROM request_rates WHERE due < clock_timestamp() - interval '1 hour'"
)
