"""A service of a test's own on a log that tests share."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.log.connection import Kafka
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from projections.tables import PROJECTION_OFFSETS
from streams.folding.low_water import LowWaterMarks


async def ends_of(kafka: Kafka) -> dict[int, int]:
    """Answer where the log ends now, by partition."""
    async with LogReader(kafka, client_id="test/ends") as reader:
        return await reader.ends(await reader.partitions())


async def begin_here(settings: Settings, *, projects: bool = False) -> None:
    """Have the topics, and let this service's workers begin at the log's end.

    What is before belongs to other tests: a worker would run all that they have left open. The
    projection begins there too if it is told to; else it reads all that there is.
    """
    await ensure_topics(settings.kafka, settings.topic_layout)
    engine = create_engine(settings)
    ends = await ends_of(settings.kafka)
    await LowWaterMarks(engine).save(ends)
    if projects:
        await project_from(engine, ends)
    await engine.dispose()


async def project_from(engine: AsyncEngine, offsets: dict[int, int]) -> None:
    """Let a new database's projection begin at these offsets."""
    places = [{"partition": p, "next_offset": offset} for p, offset in offsets.items()]
    async with engine.begin() as connection:
        await connection.execute(insert(PROJECTION_OFFSETS), places)
