"""Reading the log without a consumer group."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, Final, Self, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.record import Poison, Recorded, read_record
from buyqueue.log.topic import BUYS

T = TypeVar("T")
MAX_RECORDS: Final = 500
"""Decoded at once; a whole fetch would hold up the event loop."""
TIMEOUT_MS: Final = 10_000


class LogReader:
    """Reads chosen partitions from chosen offsets, up to the high watermark and no further.

    Every method raises Unavailable(LOG_UNAVAILABLE) if Kafka does not answer.
    """

    def __init__(self, kafka: Kafka, *, client_id: str, fetch_bytes: int = 1 << 20) -> None:
        self._kafka = connection_to(kafka)
        self._consumer = AIOKafkaConsumer(
            client_id=client_id,
            enable_auto_commit=False,
            # NB: with the default, `latest`, a pending reset beats `seek` and reads nothing.
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=fetch_bytes,
            **self._kafka.told(),
        )

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except (KafkaError, OSError) as error:
            await self._consumer.stop()
            raise await unavailable(self._kafka, error, timeout_ms=TIMEOUT_MS) from error
        except BaseException:  # cancelled while it connects
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._consumer.stop()

    async def partitions(self) -> list[int]:
        """Answer the topic's partitions; empty if there is no such topic yet."""
        return await _whole(self._partitions())

    async def _partitions(self) -> list[int]:
        # NB: a group-less consumer knows the partitions of what it is assigned, and no others.
        admin = AIOKafkaAdminClient(**self._kafka.told())
        try:
            await admin.start()
            topics = await admin.describe_topics([BUYS])
        except (KafkaError, OSError) as error:
            raise _down(error) from error
        finally:
            await admin.close()
        return sorted(row["partition"] for topic in topics for row in topic["partitions"])

    async def ends(self, partitions: list[int]) -> dict[int, int]:
        """Answer each partition's end: the offset that its next record will get."""
        try:
            places = [TopicPartition(BUYS, p) for p in partitions]
            found = await _whole(self._consumer.end_offsets(places))
        except KafkaError as error:
            raise _down(error) from error
        return {tp.partition: offset for tp, offset in found.items()}

    async def within(self, offsets: Mapping[int, int]) -> dict[int, int]:
        """Answer these offsets, none past its partition's end; 0 where there is no such partition.

        Only a log that was lost is shorter than what was read of it: nobody may wait for the rest.
        """
        ends = await self.ends(await self.partitions())
        return {p: min(offset, ends.get(p, 0)) for p, offset in offsets.items()}

    def start_at(self, offsets: Mapping[int, int]) -> None:
        """Read these partitions from these offsets."""
        places = {TopicPartition(BUYS, p): offset for p, offset in offsets.items()}
        self._consumer.assign(list(places))
        for place, offset in places.items():
            self._consumer.seek(place, offset)

    async def starts(self, partitions: list[int]) -> dict[int, int]:
        """Answer each partition's first offset: 0 unless an operator has removed records."""
        try:
            places = [TopicPartition(BUYS, p) for p in partitions]
            found = await _whole(self._consumer.beginning_offsets(places))
        except KafkaError as error:
            raise _down(error) from error
        return {tp.partition: offset for tp, offset in found.items()}

    async def scan(
        self, starts: Mapping[int, int], ends: Mapping[int, int], *, at_once: int = MAX_RECORDS
    ) -> AsyncIterator[dict[int, list[ConsumerRecord]]]:
        """Answer the records from these offsets up to those, as Kafka holds them, in batches.

        In order within each partition. Ends when every partition has been read to its end. NB: it
        waits for one that lies past the log's: ask `within`.
        """
        left = {p: end for p, end in ends.items() if starts.get(p, 0) < end}
        if not left:
            return
        self.start_at({p: starts.get(p, 0) for p in left})
        try:
            while left:
                batches = await self._consumer.getmany(timeout_ms=200, max_records=at_once)
                found = {
                    place.partition: [one for one in records if one.offset < left[place.partition]]
                    for place, records in batches.items()
                    if place.partition in left
                }
                if found := {p: records for p, records in found.items() if records}:
                    yield found
                await self._leave_read(left)
        except KafkaError as error:
            raise _down(error) from error

    async def _leave_read(self, left: dict[int, int]) -> None:
        """Drop the partitions that are read to their end, and fetch no more of them."""
        done = [
            p
            for p, end in left.items()
            if await self._consumer.position(TopicPartition(BUYS, p)) >= end
        ]
        for partition in done:
            del left[partition]
        if done and left:
            self._consumer.pause(*(TopicPartition(BUYS, p) for p in done))

    async def read(self, timeout_ms: int = 1_000) -> list[Recorded | Poison]:
        """Answer what has come, in order within each partition; empty after the timeout."""
        try:
            batches = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=MAX_RECORDS)
        except KafkaError as error:
            raise _down(error) from error
        return [
            read_record(
                place.partition,
                record.offset,
                record.key,
                record.value,
                record.timestamp,
                record.headers,
            )
            for place, records in batches.items()
            for record in records
        ]


async def _whole(asked: Coroutine[Any, Any, T]) -> T:
    """Answer what was asked; cancelled meanwhile, let it come to its end by itself.

    aiokafka leaves a connection open when it is cancelled while it connects.
    """
    task = asyncio.ensure_future(asked)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise


def _down(error: BaseException) -> Unavailable:
    return Unavailable(Code.LOG_UNAVAILABLE, f"Kafka: {error!r}")
