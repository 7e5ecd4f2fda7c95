"""Bringing a database to the schema that this version of the program needs."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import projections.tables  # noqa: F401 - adds its tables to METADATA
from buyqueue.clock import Clock, SystemClock
from buyqueue.errors import Code, Unavailable
from buyqueue.table_locks import LOCK_TIMEOUT_MS, gave_way, holders, wait_shortly
from buyqueue.tables import METADATA, SCHEMA_LOCK

PATIENCE_S: Final = 60.0
"""For each revision."""


async def migrate(
    database_url: str,
    connect_args: Mapping[str, Any] = MappingProxyType({}),
    *,
    patience_s: float = PATIENCE_S,
) -> list[str]:
    """Upgrade to the newest schema; answer the revisions applied, oldest first.

    Empty if there was nothing to do. Each revision is a transaction of its own, and whoever else
    upgrades the same database waits for all of them and then finds nothing to do. Nobody else waits
    for longer than half a second: where a table is held a revision is begun anew, and raises
    Unavailable, with who it is, if that goes on for so long; what was applied before stays.
    `connect_args` are asyncpg's. Raises what SQLAlchemy raises, too.
    """
    engine = create_async_engine(database_url, poolclass=NullPool, connect_args=dict(connect_args))
    try:
        async with engine.connect() as connection:
            # The session's, as it must outlast a transaction; it ends with the connection.
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": SCHEMA_LOCK})
            waiting = await connection.run_sync(_waiting)
            await connection.commit()
            for revision in waiting:
                await _apply(connection, revision, SystemClock(), patience_s)
            return waiting
    finally:
        await engine.dispose()


def configuration() -> Config:
    """Configure alembic from this package alone: needs no alembic.ini."""
    config = Config()
    here = str(Path(__file__).parent)
    config.set_main_option("script_location", here.replace("%", "%%"))
    return config


async def _apply(
    connection: AsyncConnection, revision: str, clock: Clock, patience_s: float
) -> None:
    until = clock.monotonic() + patience_s
    while True:
        try:
            async with connection.begin():
                await wait_shortly(connection)
                await connection.run_sync(_upgrade, revision)
        except DBAPIError as error:
            if not gave_way(error):
                raise
        else:
            return
        if clock.monotonic() >= until:
            raise Unavailable(
                Code.DATABASE_UNAVAILABLE,
                f"revision {revision} was not applied: somebody holds a table in a transaction that"
                f" does not end: {await _holders(connection)}",
            )
        # Whoever came to wait behind us goes first.
        await clock.sleep(LOCK_TIMEOUT_MS / 1000)


async def _holders(connection: AsyncConnection) -> str:
    async with connection.begin():
        home = (await connection.execute(text("SELECT current_schema()"))).scalar_one()
        return await holders(connection, home, list(METADATA.tables))


def _waiting(connection: Connection) -> list[str]:
    scripts = ScriptDirectory.from_config(configuration())
    before = MigrationContext.configure(connection).get_current_revision()
    waiting = scripts.iterate_revisions("head", before or "base")
    return [script.revision for script in reversed(list(waiting))]


def _upgrade(connection: Connection, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
