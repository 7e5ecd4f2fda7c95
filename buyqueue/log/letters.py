"""Reading the dead letters: records of the log that a worker could not read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.journal import Cursor
from buyqueue.log.topic import DEAD_LETTERS

WAIT_MS: Final = 1_000
"""For one fetch; what is there comes at once."""
TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Letter:
    """A record of the dead letters; the headers say where it came from, and why."""

    place: Cursor
    written_at: datetime
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]


class Letters:
    """Reads the topic without a consumer group. Raises Unavailable if Kafka does not answer."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = connection_to(kafka)
        self._consumer = AIOKafkaConsumer(
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **self._kafka.told(),
        )

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except (KafkaError, OSError) as error:
            await self._consumer.stop()
            raise await unavailable(self._kafka, error, timeout_ms=TIMEOUT_MS) from error
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._consumer.stop()

    async def newest(self, limit: int) -> list[Letter]:
        """Answer the last so many of each partition, oldest first."""
        try:
            found: list[Letter] = []
            for place, (start, end) in (await self._ranges()).items():
                found += await self._read(place, max(start, end - limit), end)
        except KafkaError as error:
            raise _down(error) from error
        return found

    async def at(self, place: Cursor) -> Letter | None:
        """Answer the letter at a place, or None if none is there."""
        asked = TopicPartition(DEAD_LETTERS, place.partition)
        try:
            start, end = (await self._ranges()).get(asked, (0, 0))
            if not start <= place.offset < end:
                return None
            found = await self._read(asked, place.offset, place.offset + 1)
        except KafkaError as error:
            raise _down(error) from error
        return next((letter for letter in found if letter.place == place), None)

    async def _ranges(self) -> dict[TopicPartition, tuple[int, int]]:
        # NB: a group-less consumer knows the partitions of what it is assigned, and no others.
        admin = AIOKafkaAdminClient(**self._kafka.told())
        try:
            await admin.start()
            if DEAD_LETTERS not in await admin.list_topics():
                return {}
            (topic,) = await admin.describe_topics([DEAD_LETTERS])
        finally:
            await admin.close()
        places = sorted(
            TopicPartition(DEAD_LETTERS, row["partition"]) for row in topic["partitions"]
        )
        starts = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)
        return {place: (starts[place], ends[place]) for place in places}

    async def _read(self, place: TopicPartition, start: int, end: int) -> list[Letter]:
        found: list[Letter] = []
        self._consumer.assign([place])
        self._consumer.seek(place, start)
        while await self._consumer.position(place) < end:
            for records in (await self._consumer.getmany(timeout_ms=WAIT_MS)).values():
                found += [_letter(record) for record in records if record.offset < end]
        return found


def _letter(record: Any) -> Letter:
    return Letter(
        Cursor(record.partition, record.offset),
        datetime.fromtimestamp(record.timestamp / 1000, UTC),
        record.key,
        record.value,
        dict(record.headers),
    )


def _down(error: BaseException) -> Unavailable:
    return Unavailable(Code.LOG_UNAVAILABLE, f"Kafka: {error!r}")
