import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import projections.tables  # noqa: F401 - adds its tables to METADATA
from buyqueue.clock import SystemClock
from buyqueue.errors import Unavailable
from buyqueue.tables import METADATA, SUBMISSIONS
from migrations.upgrade import configuration, migrate
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


async def at_revision(url: str, revision: str) -> None:
    """Make the tables of an older version."""

    def upgrade(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


@asynccontextmanager
async def held(engine: AsyncEngine) -> AsyncIterator[None]:
    """Read a table in a transaction that does not end, as a dump does."""
    async with engine.connect() as connection, connection.begin():
        await connection.execute(text("LOCK TABLE submissions IN ACCESS SHARE MODE"))
        yield


async def insert(engine: AsyncEngine) -> float:
    """Write a submission; how long that took, in seconds."""
    clock = SystemClock()
    began = clock.monotonic()
    row = {"job_id": clock.new_id(), "user_id": "user", "fingerprint": b"", "order": {}}
    async with engine.begin() as connection:
        await connection.execute(SUBMISSIONS.insert().values(**row, created_at=clock.now()))
    return clock.monotonic() - began


async def test_orders_are_written_while_a_migration_waits_for_a_dump(stack: Stack) -> None:
    """And it ends once the dump does."""
    url = await stack.fresh_database()
    await at_revision(url, "0006")
    engine = create_async_engine(url)
    async with held(engine):
        migrating = asyncio.create_task(migrate(url))
        await asyncio.sleep(0.3)
        took = [await insert(engine) for _ in range(60) if await asyncio.sleep(0.05, result=True)]
        assert not migrating.done()
    assert "0007" == (await migrating)[0]
    assert 0.05 < max(took) < 1.5
    await engine.dispose()


async def test_a_migration_gives_up_on_who_holds_a_table_and_says_who(stack: Stack) -> None:
    url = await stack.fresh_database()
    await at_revision(url, "0006")
    engine = create_async_engine(url)
    async with held(engine):
        with pytest.raises(Unavailable, match=r"revision 0007 .* pid \d+ of .* in transaction"):
            await migrate(url, patience_s=0)
    assert "0007" == (await migrate(url))[0]
    await engine.dispose()
