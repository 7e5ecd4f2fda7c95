from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import TopicLayout
from migrations.upgrade import migrate
from tests.stack.servers import Stack

PARTITIONS = 4


@dataclass
class Ground:
    """The log, shared by the session, and a migrated database of one's own."""

    kafka: str
    database_url: str
    engine: AsyncEngine
    journal: Journal


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def journal(stack: Stack) -> AsyncIterator[Journal]:
    await ensure_topics(stack.kafka, TopicLayout(PARTITIONS, 1))
    made = Journal(stack.kafka, client_id="test", timeout_ms=20_000)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def ground(stack: Stack, journal: Journal) -> AsyncIterator[Ground]:
    url = await stack.fresh_database()
    await migrate(url)
    engine = create_async_engine(url)
    yield Ground(stack.kafka, url, engine, journal)
    await engine.dispose()
