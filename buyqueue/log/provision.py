"""Creating the topics where they are missing."""

from collections.abc import Collection
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.keeping import check_kept, require_partitions
from buyqueue.log.topic import BUYS, DEAD_LETTERS, TOPIC_CONFIG, TopicLayout

TIMEOUT_MS: Final = 10_000


async def ensure_topics(
    kafka: Kafka, layout: TopicLayout, names: Collection[str] = (BUYS, DEAD_LETTERS)
) -> list[str]:
    """Create what is missing and answer its names; leave alone what is there.

    Raises Unavailable if Kafka does not answer or refuses, and UnsafeTopic if one that is there
    would lose parts of the record, or scatter a buy's.
    """
    admin = AIOKafkaAdminClient(**connection_to(kafka).told())
    try:
        await admin.start()
        present = set(await admin.list_topics())
        missing = [name for name in names if name not in present]
        made = await _create(admin, missing, layout)
        await check_kept(admin, [name for name in names if name not in made], layout)
        if BUYS not in made:
            await require_partitions(admin, layout)
    except (KafkaError, OSError) as error:
        raise await unavailable(kafka, error, timeout_ms=TIMEOUT_MS) from error
    finally:
        await admin.close()
    return missing


async def _create(
    admin: AIOKafkaAdminClient, missing: Collection[str], layout: TopicLayout
) -> list[str]:
    """Answer those that we made; another process may be sooner, or a broker that makes them."""
    if not missing:
        return []
    made = []
    reply = await admin.create_topics([_new_topic(name, layout) for name in missing])
    for name, code, *rest in reply.topic_errors:
        kind = for_code(code)
        if not code:
            made.append(name)
        elif kind is not TopicAlreadyExistsError:
            raise Unavailable(Code.LOG_UNAVAILABLE, f"topic {name}: {kind.__name__} {rest}")
    return made


def _new_topic(name: str, layout: TopicLayout) -> NewTopic:
    config = TOPIC_CONFIG | {"min.insync.replicas": str(layout.min_insync_replicas)}
    partitions = layout.partitions if name == BUYS else 1
    return NewTopic(name, partitions, layout.replication, topic_configs=config)
