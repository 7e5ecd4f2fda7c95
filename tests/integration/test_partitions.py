"""How many partitions the log has is settled once."""

import pytest

from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import TopicLayout
from tests.stack.servers import Stack

LAYOUT = TopicLayout(partitions=4, replication=1)


async def test_another_number_of_partitions_than_the_log_has_is_refused(stack: Stack) -> None:
    await ensure_topics(stack.kafka, LAYOUT)
    assert [] == await ensure_topics(stack.kafka, LAYOUT)
    with pytest.raises(ValueError, match="has 4 partitions, and TOPIC_PARTITIONS says 8"):
        await ensure_topics(stack.kafka, TopicLayout(partitions=8, replication=1))
