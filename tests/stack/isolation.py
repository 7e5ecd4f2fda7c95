"""A service of a test's own on a log that tests share."""

from buyqueue.log.connection import Kafka
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from streams.folding.low_water import LowWaterMarks


async def ends_of(kafka: Kafka) -> dict[int, int]:
    """Answer where the log ends now, by partition."""
    async with LogReader(kafka, client_id="test/ends") as reader:
        return await reader.ends(await reader.partitions())


async def begin_here(settings: Settings) -> None:
    """Have the topics, and let this service's workers begin at the log's end.

    What is before belongs to other tests: a worker would run all that they have left open.
    """
    await ensure_topics(settings.kafka, settings.topic_layout)
    engine = create_engine(settings)
    await LowWaterMarks(engine).save(await ends_of(settings.kafka))
    await engine.dispose()
