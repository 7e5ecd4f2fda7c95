"""Making the projection anew from the log while everybody goes on reading and writing it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.clock import Clock
from buyqueue.log.reader import LogReader
from buyqueue.tables import SCHEMA_LOCK
from projections.replay.marks import forget_marks
from projections.replay.scratch import Scratch
from projections.replay.swap import hold_projectors, swap
from projections.store import read_offsets

NEAR: Final = 2_000
"""So few records are read while projectors wait."""
PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many records were folded, and how long that took and the swap."""

    events: int
    seconds: float
    swap_seconds: float


async def rebuild(
    engine: AsyncEngine,
    reader: LogReader,
    clock: Clock,
    *,
    processes: int | None = None,
    patience_s: float = PATIENCE_S,
) -> Rebuilt:
    """Fold the whole log into new tables, and put them in the place of the old ones at once.

    One transaction: readers see all of the old rows until it commits and all of the new ones
    after, and one that is killed leaves nothing. Projectors go on meanwhile; they wait for the
    last records and the swap, and find their offsets in the new table. Migrations wait, too.
    A projection that is ahead of the log comes back to its end, and workers that start after that
    replay such a partition from its beginning.
    `processes` fold, None as many as suit the log. Raises what SQLAlchemy raises, and Unavailable:
    also if somebody's transaction does not let go of the old tables within `patience_s`, while
    projectors wait, and then nothing has changed.
    NB: the new tables belong to whoever ran this, and have the default privileges.
    """
    began = clock.monotonic()
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        scratch = Scratch(connection, reader)
        await scratch.create()
        partitions = await reader.partitions()
        await scratch.fill(await reader.ends(partitions), processes=processes)
        await scratch.index()
        ends = await reader.ends(partitions)
        while sum(ends.values()) - sum(scratch.positions.values()) > NEAR:
            await scratch.catch_up(ends)
            ends = await reader.ends(partitions)
        await scratch.catch_up(ends)
        await forget_marks(connection, reader, await read_offsets(connection))
        filled = clock.monotonic()
        await hold_projectors(connection)
        # As far as the projectors have come, so that no reader sees less than it saw.
        await scratch.catch_up(await reader.within(await read_offsets(connection)))
        await scratch.flush()
        await swap(connection, clock, patience_s)
    done = clock.monotonic()
    return Rebuilt(scratch.events, filled - began, done - filled)
