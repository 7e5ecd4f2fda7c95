"""Reads the log as it grows, to know what has ended and how long a fault held a buy up."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, Completed, Failed, State, Stopped
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded, read_record
from buyqueue.log.topic import BUYS
from tests.chaos.evidence import Asked

POLL_S = 0.05


@dataclass
class Follower:
    """What the log says so far; times are Kafka's own, in unix ms."""

    states: dict[UUID, State] = field(default_factory=dict)
    times: dict[UUID, list[int]] = field(default_factory=dict)
    """When each worker event of a buy was appended."""
    writers: dict[UUID, str] = field(default_factory=dict)
    """Which worker wrote last of a buy."""
    ended_ms: dict[UUID, int] = field(default_factory=dict)
    next: dict[int, int] = field(default_factory=dict)

    def take(self, recorded: Recorded, at_ms: int) -> None:
        """Fold a record."""
        job_id = recorded.event.job_id
        state = evolve(self.states.get(job_id, Absent()), recorded.event).state
        self.states[job_id] = state
        if recorded.event.writer.startswith("worker"):
            self.times.setdefault(job_id, []).append(at_ms)
            self.writers[job_id] = recorded.event.writer
        if isinstance(state, Completed | Failed | Stopped):
            self.ended_ms.setdefault(job_id, at_ms)

    def open(self, asked: Iterable[Asked]) -> list[UUID]:
        """Which of these buys have not ended."""
        return [one.job_id for one in asked if one.job_id not in self.ended_ms]

    async def ended(self, asked: Iterable[Asked], within_s: float) -> bool:
        """Wait until all of these have ended; False when time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.open(asked):
                    await asyncio.sleep(POLL_S)
                return True
        return False

    def held_up_ms(self, fault_ms: int, jobs: Iterable[UUID]) -> list[int]:
        """How long after the fault each of these buys moved again."""
        after = [[t for t in self.times.get(job, ()) if t >= fault_ms] for job in jobs]
        return [times[0] - fault_ms for times in after if times]


@asynccontextmanager
async def following(bootstrap_servers: str) -> AsyncIterator[Follower]:
    """Follow the log while the context lasts; outages of Kafka only delay it."""
    follower = Follower()
    async with LogReader(bootstrap_servers, client_id="follower") as reader:
        partitions = await reader.partitions()
    task = asyncio.create_task(_follow(follower, bootstrap_servers, partitions))
    try:
        yield follower
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _follow(follower: Follower, bootstrap_servers: str, partitions: list[int]) -> None:
    while True:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=100
        )
        try:
            await consumer.start()
            places = [TopicPartition(BUYS, number) for number in partitions]
            consumer.assign(places)
            for place in places:
                consumer.seek(place, follower.next.get(place.partition, 0))
            while True:
                for place, raws in (await consumer.getmany(timeout_ms=200)).items():
                    for raw in raws:
                        record = read_record(place.partition, raw.offset, raw.key, raw.value)
                        if isinstance(record, Recorded):
                            follower.take(record, raw.timestamp)
                        follower.next[place.partition] = raw.offset + 1
        except (KafkaError, OSError):
            await asyncio.sleep(POLL_S)
        finally:
            await consumer.stop()
