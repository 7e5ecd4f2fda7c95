"""Making the projection anew from the log while everybody goes on reading and writing it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.clock import Clock
from buyqueue.log.reader import LogReader
from buyqueue.tables import SCHEMA_LOCK
from projections.replay.scratch import LIVE, SCHEMA, Scratch
from projections.store import read_offsets
from projections.tables import PROJECTION_OFFSETS

NEAR: Final = 2_000
"""So few records are read while projectors wait."""
LOCK_TIMEOUT_MS: Final = 500
"""Less than Postgres takes to look for a deadlock, so that it is we who give way."""
TRIES: Final = 60


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many records were folded, and how long that took and the swap."""

    events: int
    seconds: float
    swap_seconds: float


async def rebuild(engine: AsyncEngine, reader: LogReader, clock: Clock) -> Rebuilt:
    """Fold the whole log into new tables, and put them in the place of the old ones at once.

    One transaction: readers see all of the old rows until it commits and all of the new ones
    after, and one that is killed leaves nothing. Projectors go on meanwhile; they wait for the
    last records and the swap, and find their offsets in the new table. Migrations wait, too.
    Raises Unavailable, what SQLAlchemy raises, and TimeoutError if readers never let go.
    NB: the new tables belong to whoever ran this, and have the default privileges.
    """
    began = clock.monotonic()
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        scratch = Scratch(connection, reader)
        await scratch.create()
        partitions = await reader.partitions()
        await scratch.fill(await reader.ends(partitions))
        await scratch.index()
        ends = await reader.ends(partitions)
        while sum(ends.values()) - sum(scratch.positions.values()) > NEAR:
            await scratch.catch_up(ends)
            ends = await reader.ends(partitions)
        await scratch.catch_up(ends)
        filled = clock.monotonic()
        await _hold_projectors(connection)
        # As far as the projectors have come, so that no reader sees less than it saw.
        await scratch.catch_up(await read_offsets(connection))
        await scratch.flush()
        await _swap(connection, clock)
    done = clock.monotonic()
    return Rebuilt(scratch.events, filled - began, done - filled)


async def _hold_projectors(connection: AsyncConnection) -> None:
    """Let nobody move an offset from now on; who reads them goes on.

    A projector begins each transaction there, so it holds nothing while it waits.
    """
    await connection.execute(text(f"LOCK TABLE {PROJECTION_OFFSETS.name} IN EXCLUSIVE MODE"))


async def _swap(connection: AsyncConnection, clock: Clock) -> None:
    home = (await connection.execute(text("SELECT current_schema()"))).scalar_one()
    names = ", ".join(f'"{home}".{table.name}' for table in LIVE)
    await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
    for _ in range(TRIES):
        try:
            async with connection.begin_nested():
                await connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
            break
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in ("55P03", "40P01"):
                raise
            await clock.sleep(LOCK_TIMEOUT_MS / 1000)
    else:
        raise TimeoutError("somebody reads the projection in a transaction that does not end")
    await connection.execute(text(f"DROP TABLE {names}"))
    for table in LIVE:
        await connection.execute(text(f'ALTER TABLE {SCHEMA}.{table.name} SET SCHEMA "{home}"'))
    await connection.execute(text(f"DROP SCHEMA {SCHEMA}"))
