"""The process that keeps the projection up with the log."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.clock import Clock
from buyqueue.database import DATABASE_ERRORS
from buyqueue.errors import Code, Unavailable
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.record import Recorded
from buyqueue.log.topic import BUYS
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics
from buyqueue.tracing.spans import OFF, Spans
from projections.fold import Changes, Wire, fold_batch, is_open, read_wire
from projections.observing import count, gauge, standing, trace
from projections.outage import LOG_ERRORS, Backoff
from projections.places import Batch, Places
from projections.store import load_states, lock_offsets, write
from projections.tally import tally_of

GATHER_S: Final = 0.05
"""Events come one by one, and a transaction costs far more than an event: so long they gather."""
COUNT_S: Final = 2.0
"""So old may the count of open buys be."""

log = get_logger(__name__)


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
        self._places = Places()
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
        lags = self._places.lags(self._follows) if self._follows else {}
        gauge(metrics, self._tally, lags)

    async def check(self) -> None:
        """Return if it follows the log; raises Unavailable."""
        if self._follows is None:
            raise Unavailable(Code.LOG_UNAVAILABLE, "Kafka does not answer")
        if self._backoff.waiting:
            raise Unavailable(Code.DATABASE_UNAVAILABLE, "Postgres does not answer")
        if ahead := self._places.ahead:
            raise Unavailable(
                Code.INTERNAL_ERROR,
                f"the projection is ahead of the log in partitions {ahead}, and leaves them alone:"
                " stop the workers and run `buyq rebuild`",
            )

    async def _step(self, consumer: AIOKafkaConsumer, batch: Batch) -> None:
        owned = {place.partition for place in consumer.assignment()}
        if not self._places.are_of(owned):
            await self._places.find(consumer, self._engine)  # what was read is read again
            return
        if new := self._places.new_of(consumer, batch):
            await self._apply(new)
        if owned and (not new or self._places.ahead):
            await self._places.check(self._engine)
        if owned:
            self._backoff.reset()

    async def _count_open(self, consumer: AIOKafkaConsumer) -> None:
        if self._clock.monotonic() - self._counted_s >= COUNT_S:
            owned = {place.partition for place in consumer.assignment()}
            self._tally = await standing(self._engine, owned)
            self._counted_s = self._clock.monotonic()

    async def _apply(self, batch: dict[int, list[ConsumerRecord]]) -> None:
        wires = {
            p: [read_wire(p, one.offset, one.key, one.value, one.headers) for one in records]
            for p, records in batch.items()
        }
        ends = {p: records[-1].offset + 1 for p, records in batch.items()}
        changes, began = Changes(), self._clock.now()
        async with self._engine.begin() as connection:
            held = await lock_offsets(connection, wires)
            moved = [p for p in wires if held[p] != self._places[p].next_offset]
            for partition in moved:
                self._places.give_way(partition, held[partition])
            if moved:
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

    def _moved_on(self, ends: dict[int, int], changes: Changes) -> None:
        for partition, end in ends.items():
            place = self._places.moved(partition, end)
            place.states = {job: s for job, s in place.states.items() if is_open(s)}
        for row in changes.events:
            if row.ignored:
                known = {"partition": row.partition, "cursor": row.cursor, "type": row.type}
                log.info("event.ignored", job_id=str(row.job_id), why=row.ignored, **known)
        for bad in changes.poison:
            log.error("event.unreadable", **bad._asdict())

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
