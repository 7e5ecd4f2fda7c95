"""Putting the new tables in the place of the old ones, at the end of the one transaction."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable
from buyqueue.table_locks import LOCK_TIMEOUT_MS, gave_way, holders, wait_shortly
from projections.replay.scratch import LIVE, SCHEMA
from projections.tables import PROJECTION_OFFSETS


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
    await wait_shortly(connection)
    until = clock.monotonic() + patience_s
    while not await _locked(connection, names):
        if clock.monotonic() >= until:
            who = await holders(connection, home, [table.name for table in LIVE])
            raise Unavailable(
                Code.DATABASE_UNAVAILABLE,
                "nothing was changed: somebody holds the projection's tables in a transaction"
                f" that does not end: {who}",
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
        if not gave_way(error):
            raise
        return False
    return True
