"""Locks on tables that others are using: waited for shortly, so that nobody queues behind us.

In Postgres whoever waits for ACCESS EXCLUSIVE keeps everybody waiting who comes after, readers too,
and a transaction that holds ACCESS SHARE may last for hours: pg_dump's.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

LOCK_TIMEOUT_MS: Final = 500
"""Less than Postgres takes to look for a deadlock, so that it is we who give way."""
GAVE_WAY: Final = ("55P03", "40P01")
"""Postgres's codes for a lock that was not to be had in time, and for a deadlock."""
_NAMED: Final = 5


async def wait_shortly(connection: AsyncConnection) -> None:
    """Let each statement of this transaction wait for a lock no longer than LOCK_TIMEOUT_MS."""
    await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))


def gave_way(error: DBAPIError) -> bool:
    """Tell whether a statement failed for want of a lock alone."""
    return getattr(error.orig, "sqlstate", None) in GAVE_WAY


async def holders(connection: AsyncConnection, home: str, names: Sequence[str]) -> str:
    """Name the sessions that hold tables of a schema, oldest first, as an operator finds them."""
    found = await connection.execute(
        text(
            "SELECT a.pid, a.usename, a.state, date_trunc('second', now() - a.xact_start) AS age"
            " FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND EXISTS ("
            " SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE l.pid = a.pid AND l.granted"
            " AND n.nspname = :home AND c.relname = ANY(:names)) ORDER BY a.xact_start"
            " LIMIT :most"
        ),
        {"home": home, "names": list(names), "most": _NAMED},
    )
    told = [f"pid {row.pid} of {row.usename}, {row.state} for {row.age}" for row in found]
    return "; ".join(told) or "it has just ended"
