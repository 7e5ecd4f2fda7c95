from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import TopicLayout
from migrations.upgrade import migrate
from streams.folding.low_water import LowWaterMarks
from tests.stack.isolation import ends_of, project_from
from tests.stack.servers import Stack

PARTITIONS = 4


@dataclass
class Ground:
    """The log, shared by the session, and a migrated database of one's own."""

    kafka: str
    database_url: str
    engine: AsyncEngine
    journal: Journal
    begins: dict[int, int] = field(default_factory=dict)
    """The first offset of each partition that this ground knows of, where it is not 0."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def journal(stack: Stack) -> AsyncIterator[Journal]:
    await ensure_topics(stack.kafka, TopicLayout(PARTITIONS, 1))
    made = Journal(stack.kafka, client_id="test", timeout_ms=20_000)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def ground(
    request: pytest.FixtureRequest, stack: Stack, journal: Journal
) -> AsyncIterator[Ground]:
    """A projection and a relay that begin at the log's end, so that other tests cost no time.

    With the marker `whole_log` they begin at its first record.
    """
    url = await stack.fresh_database()
    await migrate(url)
    engine = create_async_engine(url)
    made = Ground(stack.kafka, url, engine, journal)
    if not request.node.get_closest_marker("whole_log"):
        made.begins = await ends_of(stack.kafka)
        await LowWaterMarks(engine).save(made.begins)
        await project_from(engine, made.begins)
        await engine.dispose()  # some tests end every connection that there is
    yield made
    await engine.dispose()
