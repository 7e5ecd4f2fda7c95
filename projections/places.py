"""Where a projector stands in each of its partitions, and how that and the log agree."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.buy.state import State
from buyqueue.log.topic import BUYS
from buyqueue.logs import get_logger
from projections.store import read_offsets

Batch = Mapping[TopicPartition, list[ConsumerRecord]]

log = get_logger(__name__)


@dataclass(slots=True)
class Place:
    """Where we stand in a partition, and the states of its open buys up to there."""

    next_offset: int
    states: dict[UUID, State] = field(default_factory=dict)
    ahead: bool = False
    """Whether it lies past the log's end: the log has lost what was read of it."""


class Places:
    """The places as Postgres has them. One that is ahead of the log is left alone.

    What the log takes next in such a partition would stand at cursors that the projection already
    has, so it is not read until a rebuild has brought the projection back.
    """

    def __init__(self) -> None:
        self._known: dict[int, Place] = {}
        self._reached: dict[int, int] = {}
        """The last offsets that we knew: still told while Postgres is away and places are gone."""
        self._left_alone: dict[int, int] = {}
        """Offsets that were found ahead. The log may grow past them; they are no better for it."""

    def __getitem__(self, partition: int) -> Place:
        return self._known[partition]

    @property
    def ahead(self) -> list[int]:
        """The partitions in which the projection is ahead of the log."""
        return sorted(p for p, place in self._known.items() if place.ahead)

    def clear(self) -> None:
        """Drop what we think we know: Postgres will say."""
        self._known.clear()

    def are_of(self, owned: Collection[int]) -> bool:
        """Drop those of other partitions; tell whether all of these are known."""
        self._known = {p: place for p, place in self._known.items() if p in owned}
        return len(self._known) == len(owned)

    async def find(self, consumer: AIOKafkaConsumer, engine: AsyncEngine) -> None:
        """Ask Postgres, and let the consumer read from there. Raises also what aiokafka raises."""
        owned = {tp.partition for tp in consumer.assignment()}
        async with engine.connect() as connection:
            offsets = await read_offsets(connection)
        ends = await consumer.end_offsets([TopicPartition(BUYS, p) for p in owned])
        for tp, end in ends.items():
            at = offsets.get(tp.partition, 0)
            known = self._known.get(tp.partition)
            if known is None or known.next_offset != at:
                known = self._known[tp.partition] = Place(at)
            self._reached[tp.partition] = at
            if at > end:
                self._left_alone[tp.partition] = at
            known.ahead = self._left_alone.get(tp.partition) == at
            if known.ahead:
                told = {"partition": tp.partition, "at": at, "end": end}
                log.error("projection.ahead_of_log", **told, do="buyq rebuild")
        for tp in consumer.assignment():
            if place := self._known.get(tp.partition):
                _read_on(consumer, tp, place)
        log.info("projection.partitions", owned=sorted(owned))

    async def check(self, engine: AsyncEngine) -> None:
        """Notice that somebody else moved an offset: a rebuild does."""
        async with engine.connect() as connection:
            offsets = await read_offsets(connection)
        for partition, place in list(self._known.items()):
            if offsets.get(partition, 0) != place.next_offset:
                self.give_way(partition, offsets.get(partition, 0))

    def new_of(self, consumer: AIOKafkaConsumer, batch: Batch) -> dict[int, list[ConsumerRecord]]:
        """Answer what of a batch lies behind our places.

        A rebalance gives also the partitions that stay a position of Kafka's making, and as no
        offset is committed there it is the beginning: the consumer is sent back to our places.
        """
        found = {}
        for tp, records in batch.items():
            place = self._known.get(tp.partition)
            if place is None or place.ahead or records[-1].offset < place.next_offset:
                continue
            new = [record for record in records if record.offset >= place.next_offset]
            if new[0].offset > place.next_offset:
                gap = {"at": place.next_offset, "next": new[0].offset}
                log.error("projection.gap", partition=tp.partition, **gap)
            found[tp.partition] = new
        if len(found) < len(batch):
            for tp in consumer.assignment():
                if tp.partition not in found and (place := self._known.get(tp.partition)):
                    _read_on(consumer, tp, place)
        return found

    def moved(self, partition: int, end: int) -> Place:
        """Note that a batch up to there is stored."""
        place = self._known[partition]
        place.next_offset = self._reached[partition] = end
        return place

    def give_way(self, partition: int, to: int) -> None:
        """Drop what we think we know of a partition; its place is found anew."""
        was = self._known.pop(partition).next_offset
        log.warning("projection.gave_way", partition=partition, was=was, now=to)

    def lags(self, consumer: AIOKafkaConsumer) -> dict[int, int]:
        """Answer how many records behind each partition is, as far as that was ever known."""
        return {
            tp.partition: max(0, (consumer.highwater(tp) or 0) - self._reached[tp.partition])
            for tp in consumer.assignment()
            if tp.partition in self._reached
        }


def _read_on(consumer: AIOKafkaConsumer, tp: TopicPartition, place: Place) -> None:
    if place.ahead:
        consumer.pause(tp)
        return
    consumer.seek(tp, place.next_offset)
    consumer.resume(tp)
