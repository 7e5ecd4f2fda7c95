"""Putting the new tables in the place of the old ones, at the end of the one transaction."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable
from projections.replay.scratch import LIVE, SCHEMA
from projections.tables import PROJECTION_OFFSETS

LOCK_TIMEOUT_MS: Final = 500
"""Less than Postgres takes to look for a deadlock, so that it is we who give way."""
GAVE_WAY: Final = ("55P03", "40P01")
"""Postgres's codes for a lock that was not to be had in time, and for a deadlock."""


async def hold_projectors(connection: AsyncConnection) -> None:
    """Let nobody move an offset from now on; who reads them goes on.

    A projector begins each transaction there, so it holds nothing while it waits.
    """
    await connection.execute(text(f"LOCK TABLE {PROJECTION_OFFSETS.name} IN EXCLUSIVE MODE"))


async def swap(connection: AsyncConnection, clock: Clock, patience_s: float) -> None:
    """Drop the old tables and bring the new ones to where they were.

    Tries again and again while somebody holds the old ones, and lets readers through in between.
    Raises Unavailable, with who it is, if that goes on for so long.
    """
    home = (await connection.execute(text("SELECT current_schema()"))).scalar_one()
    names = ", ".join(f'"{home}".{table.name}' for table in LIVE)
    await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
    until = clock.monotonic() + patience_s
    while not await _locked(connection, names):
        if clock.monotonic() >= until:
            raise Unavailable(
                Code.DATABASE_UNAVAILABLE,
                "nothing was changed: somebody holds the projection's tables in a transaction"
                f" that does not end: {await _holders(connection, home)}",
            )
        await clock.sleep(LOCK_TIMEOUT_MS / 1000)
    await connection.execute(text(f"DROP TABLE {names}"))
    for table in LIVE:
        await connection.execute(text(f'ALTER TABLE {SCHEMA}.{table.name} SET SCHEMA "{home}"'))
    await connection.execute(text(f"DROP SCHEMA {SCHEMA}"))


async def _locked(connection: AsyncConnection, names: str) -> bool:
    try:
        async with connection.begin_nested():
            await connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in GAVE_WAY:
            raise
        return False
    return True


async def _holders(connection: AsyncConnection, home: str) -> str:
    """Name the sessions that hold the tables, as an operator finds them in Postgres."""
    found = await connection.execute(
        text(
            "SELECT a.pid, a.usename, a.state, date_trunc('second', now() - a.xact_start) AS age"
            " FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND EXISTS ("
            " SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE l.pid = a.pid AND l.granted"
            " AND n.nspname = :home AND c.relname = ANY(:names)) ORDER BY a.xact_start"
        ),
        {"home": home, "names": [table.name for table in LIVE]},
    )
    told = [f"pid {row.pid} of {row.usename}, {row.state} for {row.age}" for row in found]
    return "; ".join(told) or "it has just ended"
