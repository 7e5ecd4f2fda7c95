"""Appending to the log."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidProducerIdMapping, KafkaError, OutOfOrderSequenceNumber
from opentelemetry.trace import SpanKind

from buyqueue.errors import Code, Unavailable
from buyqueue.events.codec import Event, encode
from buyqueue.log.connection import Kafka, connection_to, unavailable
from buyqueue.log.topic import BUYS, DEAD_LETTERS, key_of, partition_of
from buyqueue.logs import get_logger
from buyqueue.tracing import traceparent
from buyqueue.tracing.spans import OFF, Spans

log = get_logger(__name__)


BROKEN_SEQUENCE: Final = (OutOfOrderSequenceNumber, InvalidProducerIdMapping)
"""A batch was lost, in an outage: the broker takes nothing more of this producer."""


Observe = Callable[[str, float], None]
"""Told of each append: `ok` or `unknown`, and how many seconds it took."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where an event stands."""

    partition: int
    offset: int


def unobserved(_outcome: str, _seconds: float) -> None:
    """Look away."""


class Journal:
    """One idempotent producer with `acks=all`: what it has answered is in the log, once.

    NB: when it raises, the event may be in the log all the same. Only reading the log tells.
    """

    def __init__(
        self,
        kafka: Kafka,
        *,
        client_id: str,
        timeout_ms: int,
        observe: Observe = unobserved,
        spans: Spans = OFF,
    ) -> None:
        self._spans = spans
        self._observe = observe
        self._kafka = connection_to(kafka)
        self._told = self._kafka.told() | {
            "client_id": client_id,
            "request_timeout_ms": timeout_ms,
        }
        self._producer = self._new_producer()
        self._renewing = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()
        self._partitions = 0
        self._timeout_s = timeout_ms / 1000

    async def start(self) -> None:
        """Connect. Raises Unavailable if no broker answers."""
        try:
            await self._producer.start()
            self._partitions = len(await self._producer.partitions_for(BUYS))
        except (KafkaError, OSError) as error:
            await self._producer.stop()
            timeout_ms = int(self._timeout_s * 1000)
            raise await unavailable(self._kafka, error, timeout_ms=timeout_ms) from error

    async def stop(self) -> None:
        """Send what is pending, and disconnect; not for ever, as there may be no broker."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._producer.stop()
        except TimeoutError:
            log.warning("journal.appends_abandoned")

    async def append(self, event: Event) -> Cursor:
        """Append an event to its buy's partition and answer its place once it is durable.

        Its record carries the `traceparent` of this append, where one is traced.

        Raises Unavailable(LOG_UNAVAILABLE) if Kafka did not acknowledge: the outcome is unknown.
        """
        partition = partition_of(event.job_id, self._partitions)
        # Shielded: cancelling the caller would cancel the producer's own delivery future.
        return await asyncio.shield(self._send_traced(event, partition))

    async def restore(self, job_id: UUID, value: bytes) -> Cursor:
        """Append an event that is encoded already, with every field that a newer writer gave it.

        The caller has decoded it and knows its job. Raises as `append` does.
        """
        partition = partition_of(job_id, self._partitions)
        return await asyncio.shield(self._send(BUYS, partition, key_of(job_id), value, []))

    async def bury(
        self, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> Cursor:
        """Append an unreadable record to the dead letters, with where it came from."""
        if key is None and value is None:
            key = b""  # the producer takes no record of nothing, and the log may hold one
        return await asyncio.shield(self._send(DEAD_LETTERS, None, key, value, headers))

    async def _send_traced(self, event: Event, partition: int) -> Cursor:
        key, value = key_of(event.job_id), encode(event)
        if not self._spans.on:
            return await self._send(BUYS, partition, key, value, [])
        told = {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": BUYS,
            "messaging.destination.partition.id": str(partition),
            "messaging.message.id": str(event.event_id),
            "buyq.job_id": str(event.job_id),
            "buyq.event_type": event.type,
        }
        with self._spans.below(f"send {BUYS}", SpanKind.PRODUCER, told) as span:
            place = await self._send(BUYS, partition, key, value, traceparent.current())
            span.set_attribute("messaging.kafka.offset", place.offset)
            return place

    async def _send(
        self,
        topic: str,
        partition: int | None,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
    ) -> Cursor:
        producer, began, outcome = self._producer, asyncio.get_running_loop().time(), "unknown"
        try:
            done = await producer.send_and_wait(
                topic, value=value, key=key, partition=partition, headers=headers
            )
        except BROKEN_SEQUENCE as error:
            await self._renew(producer)
            raise Unavailable(
                Code.LOG_UNAVAILABLE, f"Kafka did not acknowledge: {error!r}"
            ) from error
        except KafkaError as error:
            raise Unavailable(
                Code.LOG_UNAVAILABLE, f"Kafka did not acknowledge: {error!r}"
            ) from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            # NB: nobody cancels this; the old producer drops what it still held when it stops.
            raise Unavailable(Code.LOG_UNAVAILABLE, "the producer was replaced") from None
        else:
            outcome = "ok"
        finally:
            self._observe(outcome, asyncio.get_running_loop().time() - began)
        return Cursor(done.partition, done.offset)

    def _new_producer(self) -> Any:
        return AIOKafkaProducer(
            acks="all", enable_idempotence=True, compression_type=None, **self._told
        )

    async def _renew(self, broken: Any) -> None:
        """Go on with another producer: aiokafka never mends the sequence of this one."""
        async with self._renewing:
            if self._producer is not broken:
                return
            fresh = self._new_producer()
            try:
                await fresh.start()
            except (KafkaError, OSError):
                await fresh.stop()
                return  # the next append tries again
            self._producer = fresh
        # It may wait for long for what it still holds.
        leaving = asyncio.create_task(broken.stop(), name="old-producer")
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
