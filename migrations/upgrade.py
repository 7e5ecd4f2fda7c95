"""Bringing a database to the schema that this version of the program needs."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from buyqueue.tables import SCHEMA_LOCK


async def migrate(
    database_url: str, connect_args: Mapping[str, Any] = MappingProxyType({})
) -> list[str]:
    """Upgrade to the newest schema; answer the revisions applied, oldest first.

    Empty if there was nothing to do. All or nothing: one transaction, and whoever else upgrades
    the same database waits for it and then finds nothing to do. `connect_args` are asyncpg's.
    Raises what SQLAlchemy raises.
    """
    engine = create_async_engine(database_url, poolclass=NullPool, connect_args=dict(connect_args))
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK}
            )
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def configuration() -> Config:
    """Configure alembic from this package alone: needs no alembic.ini."""
    config = Config()
    here = str(Path(__file__).parent)
    config.set_main_option("script_location", here.replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> list[str]:
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    before = MigrationContext.configure(connection).get_current_revision()
    waiting = list(scripts.iterate_revisions("head", before or "base"))
    if waiting:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return [script.revision for script in reversed(waiting)]
