"""How far the projection has read, asked once for all who wait for it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from buyqueue.clock import Clock
from projections.outage import Backoff
from projections.queries import Queries

FIRST_S: Final = 0.05


class Projected:
    """Waits for the projection, and looks again after 50 ms, and then less and less often.

    Raises Unavailable if Postgres does not answer.
    """

    def __init__(self, queries: Queries, clock: Clock, *, longest_s: float = FIRST_S) -> None:
        self._queries = queries
        self._clock = clock
        self._longest_s = longest_s
        self._asking: asyncio.Task[dict[int, int]] | None = None

    async def past(self, cursors: Mapping[int, int]) -> dict[int, int]:
        """Wait until these were read, inclusive; answer the last cursor of each partition."""
        backoff = Backoff(self._clock, first=FIRST_S, longest=self._longest_s)
        while True:
            positions = await self._positions()
            if all(positions.get(p, 0) > cursor for p, cursor in cursors.items()):
                return {partition: offset - 1 for partition, offset in positions.items()}
            await backoff.wait()

    async def _positions(self) -> dict[int, int]:
        # One question for all who wait. It may have been begun before one of them came: positions
        # only grow, so that one waits a little longer at worst.
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._queries.positions())
            # Those who asked may be gone by then, and nobody else takes what it raised.
            self._asking.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._asking)
