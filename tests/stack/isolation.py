"""A service of a test's own on a log that tests share."""

from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from streams.folding.low_water import LowWaterMarks


async def begin_here(settings: Settings) -> None:
    """Have the topics, and let this service's workers begin at the log's end.

    What is before belongs to other tests: a worker would run all that they have left open.
    """
    await ensure_topics(settings.kafka, settings.topic_layout)
    async with LogReader(settings.kafka, client_id="test/ends") as reader:
        ends = await reader.ends(await reader.partitions())
    engine = create_engine(settings)
    await LowWaterMarks(engine).save(ends)
    await engine.dispose()
