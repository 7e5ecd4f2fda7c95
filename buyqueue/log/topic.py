"""The topic `buys`: name, key, partitioning and settings in one place."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from aiokafka.partitioner import murmur2

BUYS: Final = "buys"
DEAD_LETTERS: Final = "buys.dead-letter"

TOPIC_CONFIG: Final = {
    # The history is the record: kept for ever unless an operator tiers it.
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
    "unclean.leader.election.enable": "false",
    "max.message.bytes": "1048576",
    # The broker's clock, not the writers': how old an order is, the log itself says.
    "message.timestamp.type": "LogAppendTime",
}


@dataclass(frozen=True, slots=True)
class TopicLayout:
    """How the topics are created where they are missing."""

    partitions: int
    replication: int

    @property
    def min_insync_replicas(self) -> int:
        """An append is acknowledged by this many brokers: 2 of 3 in production."""
        return max(1, self.replication - 1)


def key_of(job_id: UUID) -> bytes:
    """Answer a record's key: the canonical text of the job's id."""
    return str(job_id).encode()


@lru_cache(maxsize=4_096)
def partition_of(job_id: UUID, partitions: int) -> int:
    """Answer the partition of a buy, as Kafka's default partitioner computes it (murmur2)."""
    return int(murmur2(key_of(job_id)) & 0x7FFFFFFF) % partitions
