"""The process that keeps the projection up with the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.buy.state import State
from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.record import Recorded
from buyqueue.log.topic import BUYS
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics
from buyqueue.tracing.spans import OFF, Spans
from projections.fold import Changes, Wire, fold_batch, is_open, read_wire
from projections.observing import count, gauge, standing, trace
from projections.outage import DATABASE_ERRORS, LOG_ERRORS, Backoff
from projections.store import load_states, lock_offsets, read_offsets, write
from projections.tally import tally_of

GATHER_S: Final = 0.05
"""Events come one by one, and a transaction costs far more than an event: so long they gather."""
COUNT_S: Final = 2.0
"""So old may the count of open buys be."""

Batch = Mapping[TopicPartition, list[ConsumerRecord]]

log = get_logger(__name__)


@dataclass(slots=True)
class Place:
    """Where we stand in a partition, and the states of its open buys up to there."""

    next_offset: int
    states: dict[UUID, State] = field(default_factory=dict)


class Projector:
    """Folds the log into Postgres: every record once, in order, whatever is killed when.

    The consumer group only shares out the partitions. How far each has come stands in Postgres and
    moves in the transaction that stores a batch, so two projectors on one partition do no harm:
    the slower one finds that the offset has moved on, writes nothing and starts again from there.
    """

    def __init__(
        self,
        *,
        bootstrap_servers: Kafka,
        engine: AsyncEngine,
        clock: Clock,
        group: str = "buyq-projector",
        session_timeout_ms: int = 6_000,
        max_records: int = 2_000,
        metrics: Metrics | None = None,
        spans: Spans = OFF,
    ) -> None:
        self._spans = spans
        self._metrics = metrics or Metrics()
        self._kafka = connection_to(bootstrap_servers)
        self._engine = engine
        self._clock = clock
        self._group = group
        self._session_timeout_ms = session_timeout_ms
        self._max_records = max_records
        self._places: dict[int, Place] = {}
        self._reached: dict[int, int] = {}
        """The last place that we knew: still told while Postgres is away and places are dropped."""
        self._tally = tally_of([], [], 0)
        self._counted_s = float("-inf")
        self._backoff = Backoff(clock)
        self._follows: Any = None

    async def run(self) -> None:
        """Run until cancelled. Waits for Kafka and Postgres where they are away."""
        while True:
            consumer = self._consumer()
            try:
                await consumer.start()
                log.info("projection.started", group=self._group)
                self._follows = consumer
                await self._follow(consumer)
            except LOG_ERRORS as error:
                why = await unavailable(self._kafka, error, timeout_ms=self._session_timeout_ms)
                log.error("projection.log_unavailable", error=repr(error), why=why.text)  # noqa: TRY400
                await self._backoff.wait()
            finally:
                self._follows = None
                self._places.clear()
                await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            batch = await consumer.getmany(timeout_ms=500, max_records=self._max_records)
            try:
                await self._step(consumer, batch)
                await self._count_open(consumer)
            except DATABASE_ERRORS as error:
                # Whether the transaction was committed is unknown: Postgres will say.
                self._places.clear()
                log.error("projection.database_unavailable", error=repr(error))  # noqa: TRY400
                await self._backoff.wait()
            else:
                if 0 < sum(map(len, batch.values())) < self._max_records:
                    await self._clock.sleep(GATHER_S)

    def refresh(self, metrics: Metrics) -> None:
        """Set the gauges to what is true now."""
        consumer, lags = self._follows, {}
        for tp in consumer.assignment() if consumer else ():
            if (reached := self._reached.get(tp.partition)) is not None:
                lags[tp.partition] = max(0, (consumer.highwater(tp) or 0) - reached)
        gauge(metrics, self._tally, lags)

    async def check(self) -> None:
        """Return if it follows the log; raises Unavailable."""
        if self._follows is None:
            raise Unavailable(Code.LOG_UNAVAILABLE, "Kafka does not answer")
        if self._backoff.waiting:
            raise Unavailable(Code.DATABASE_UNAVAILABLE, "Postgres does not answer")

    async def _step(self, consumer: AIOKafkaConsumer, batch: Batch) -> None:
        owned = {place.partition for place in consumer.assignment()}
        for partition in self._places.keys() - owned:
            del self._places[partition]
        if owned != self._places.keys():
            await self._find_places(consumer, owned)  # what was read is read again
        elif batch:
            await self._apply({tp.partition: records for tp, records in batch.items()})
            self._backoff.reset()
        elif owned:
            await self._check_places()
            self._backoff.reset()

    async def _find_places(self, consumer: AIOKafkaConsumer, owned: set[int]) -> None:
        async with self._engine.connect() as connection:
            offsets = await read_offsets(connection)
        for partition in owned:
            at = offsets.get(partition, 0)
            known = self._places.get(partition)
            if known is None or known.next_offset != at:
                self._places[partition] = Place(at)
            self._reached[partition] = at
        for place in consumer.assignment():
            if place.partition in self._places:
                consumer.seek(place, self._places[place.partition].next_offset)
        log.info("projection.partitions", owned=sorted(owned))

    async def _check_places(self) -> None:
        """Notice, while nothing comes, that somebody else moved an offset: a rebuild does."""
        async with self._engine.connect() as connection:
            offsets = await read_offsets(connection)
        for partition, place in list(self._places.items()):
            if offsets.get(partition, 0) != place.next_offset:
                self._give_way(partition, offsets.get(partition, 0))

    async def _count_open(self, consumer: AIOKafkaConsumer) -> None:
        if self._clock.monotonic() - self._counted_s >= COUNT_S:
            owned = {place.partition for place in consumer.assignment()}
            self._tally = await standing(self._engine, owned)
            self._counted_s = self._clock.monotonic()

    async def _apply(self, batch: dict[int, list[ConsumerRecord]]) -> None:
        wires = {p: self._wires(p, records) for p, records in batch.items()}
        ends = {p: found[-1].record.offset + 1 for p, found in wires.items() if found}
        changes, began = Changes(), self._clock.now()
        async with self._engine.begin() as connection:
            held = await lock_offsets(connection, wires)
            moved = [p for p in wires if held[p] != self._places[p].next_offset]
            for partition in moved:
                self._give_way(partition, held[partition])
            if moved or not ends:
                return
            await self._load(connection, wires)
            for partition, found in wires.items():
                fold_batch(self._places[partition].states, found, changes)
            await write(connection, changes, ends)
        self._moved_on(ends, changes)
        count(self._metrics, changes)
        for found in wires.values() if self._spans.on else ():
            trace(self._spans, self._group, (wire.record for wire in found), began)

    async def _load(self, connection: AsyncConnection, wires: Mapping[int, list[Wire]]) -> None:
        """Fold from Postgres the buys of this batch that are not in memory."""
        unknown: dict[UUID, int] = {}
        for partition, found in wires.items():
            known = self._places[partition].states
            events = [wire.record.event for wire in found if isinstance(wire.record, Recorded)]
            unknown |= {e.job_id: partition for e in events if e.job_id not in known}
        if unknown:
            for job, state in (await load_states(connection, unknown)).items():
                self._places[unknown[job]].states[job] = state

    def _wires(self, partition: int, records: list[ConsumerRecord]) -> list[Wire]:
        start = self._places[partition].next_offset
        if records[0].offset > start:
            log.error("projection.gap", partition=partition, at=start, next=records[0].offset)
        return [
            read_wire(partition, record.offset, record.key, record.value, record.headers)
            for record in records
            if record.offset >= start
        ]

    def _moved_on(self, ends: dict[int, int], changes: Changes) -> None:
        for partition, end in ends.items():
            place = self._places[partition]
            place.next_offset = self._reached[partition] = end
            place.states = {job: s for job, s in place.states.items() if is_open(s)}
        for row in changes.events:
            if row.ignored:
                known = {"partition": row.partition, "cursor": row.cursor, "type": row.type}
                log.info("event.ignored", job_id=str(row.job_id), why=row.ignored, **known)
        for bad in changes.poison:
            log.error("event.unreadable", **bad._asdict())

    def _give_way(self, partition: int, to: int) -> None:
        """Drop what we think we know of a partition; its place is found anew."""
        was = self._places.pop(partition).next_offset
        log.warning("projection.gave_way", partition=partition, was=was, now=to)

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            BUYS,
            **self._kafka.told(),
            group_id=self._group,
            client_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            # A topic that is created after us is noticed this soon.
            metadata_max_age_ms=5_000,
            session_timeout_ms=self._session_timeout_ms,
            heartbeat_interval_ms=self._session_timeout_ms // 4,
        )
