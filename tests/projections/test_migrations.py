import asyncio

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import projections.tables  # noqa: F401 - adds its tables to METADATA
from buyqueue.tables import METADATA
from migrations.upgrade import migrate
from tests.stack.servers import Stack


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, METADATA))


async def test_migrated_schema_is_the_declared_one(stack: Stack) -> None:
    """A migrated database holds exactly the declared tables; migrating again does nothing."""
    url = await stack.fresh_database()
    first = await migrate(url)
    assert first[0] == "0001"
    assert await migrate(url) == []
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_migrations_at_once_are_applied_once(stack: Stack) -> None:
    """Of several processes that migrate one database, one does and the others wait for it."""
    url = await stack.fresh_database()
    done = await asyncio.gather(*(migrate(url) for _ in range(4)))
    assert sorted(map(len, done)) == [0, 0, 0, max(map(len, done))]
    assert any(done)
