"""What is known of Kafka without appending anything."""

from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.topic import BUYS, partition_of


class KafkaBrokers:
    """A client of its own: it can tell a refused connection before anything is written."""

    def __init__(self, kafka: Kafka, *, client_id: str, timeout_ms: int) -> None:
        self._kafka = connection_to(kafka)
        self._timeout_ms = timeout_ms
        self._client = AIOKafkaClient(
            client_id=client_id,
            request_timeout_ms=timeout_ms,
            **self._kafka.told(),
        )

    async def start(self) -> None:
        """Connect. Raises Unavailable if no broker answers."""
        try:
            await self._client.bootstrap()
            await self._client.set_topics([BUYS])
        except (KafkaError, OSError) as error:
            await self._client.close()
            raise await unavailable(self._kafka, error, timeout_ms=self._timeout_ms) from error

    async def stop(self) -> None:
        """Disconnect."""
        await self._client.close()

    async def reachable(self, job_id: UUID) -> bool:
        """Tell whether the broker that leads the buy's partition takes connections.

        Costs nothing while the connection stands. A broker that hangs counts as reachable.
        """
        if await self._leader_takes_connections(job_id):
            return True
        # The leader may have moved since the last look.
        await self._client.force_metadata_update()
        return await self._leader_takes_connections(job_id)

    async def check(self) -> None:
        """Return if a broker answers a question; raises Unavailable."""
        try:
            known = await self._client.force_metadata_update()
        except (KafkaError, OSError) as error:
            raise Unavailable(Code.LOG_UNAVAILABLE, f"Kafka: {type(error).__name__}") from error
        if not known:
            raise Unavailable(Code.LOG_UNAVAILABLE, "no broker answers")

    async def _leader_takes_connections(self, job_id: UUID) -> bool:
        partitions = self._client.cluster.partitions_for_topic(BUYS)
        if not partitions:
            return False
        place = TopicPartition(BUYS, partition_of(job_id, len(partitions)))
        leader = self._client.cluster.leader_for_partition(place)
        if leader is None or leader == -1:
            return False
        return bool(await self._client.ready(leader))
