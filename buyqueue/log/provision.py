"""Creating the topics where they are missing."""

from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.topic import BUYS, DEAD_LETTERS, TOPIC_CONFIG, TopicLayout

TIMEOUT_MS: Final = 10_000


async def ensure_topics(kafka: Kafka, layout: TopicLayout) -> list[str]:
    """Create what is missing and answer its names; leave alone what is there.

    Raises Unavailable if Kafka does not answer or refuses.
    """
    admin = AIOKafkaAdminClient(**connection_to(kafka).told())
    try:
        await admin.start()
        present = set(await admin.list_topics())
        missing = [name for name in (BUYS, DEAD_LETTERS) if name not in present]
        if not missing:
            return []
        reply = await admin.create_topics([_new_topic(name, layout) for name in missing])
        for name, code, *rest in reply.topic_errors:
            kind = for_code(code)
            if code and kind is not TopicAlreadyExistsError:
                raise Unavailable(Code.LOG_UNAVAILABLE, f"topic {name}: {kind.__name__} {rest}")
    except (KafkaError, OSError) as error:
        raise await unavailable(kafka, error, timeout_ms=TIMEOUT_MS) from error
    finally:
        await admin.close()
    return missing


def _new_topic(name: str, layout: TopicLayout) -> NewTopic:
    config = TOPIC_CONFIG | {"min.insync.replicas": str(layout.min_insync_replicas)}
    partitions = layout.partitions if name == BUYS else 1
    return NewTopic(name, partitions, layout.replication, topic_configs=config)
