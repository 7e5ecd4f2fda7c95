"""How fast a rebuild folds the log, beside plain consumers of the same log in the same run.

`just bench-replay [buys] [rounds]`. On embedded servers of its own; prints what it measured. The
consumers write nothing: one counts bytes, one reads the events, one takes records one by one.
The CPU is that of the readers and folds, not that of Kafka and Postgres.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from statistics import median

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from rich.console import Console
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from buyqueue.clock import SystemClock
from buyqueue.events.codec import decode, encode
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import BUYS, TopicLayout, key_of, partition_of
from migrations.upgrade import migrate
from projections.replay.collecting import collecting_seldom
from projections.replay.rebuild import rebuild
from tests.projections.buys import whole_buy
from tests.stack.start import running_stack

PARTITIONS = 12


async def fill(kafka: str, buys: int) -> None:
    await ensure_topics(kafka, TopicLayout(PARTITIONS, 1))
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5)
    await producer.start()
    for number in range(buys):
        for event in whole_buy(f"user-{number % 100}"):
            place = partition_of(event.job_id, PARTITIONS)
            key = key_of(event.job_id)
            await producer.send(BUYS, key=key, value=encode(event), partition=place)
    await producer.stop()


async def consume(kafka: str, ends: dict[int, int], take: Callable[[bytes], object] | None) -> None:
    """Read the log with aiokafka's own consumer, batch by batch, and take each value."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(BUYS, partition) for partition in ends])
    left = sum(ends.values())
    while left:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            left -= len(records)
            if take is not None:
                for record in records:
                    take(record.value)
    await consumer.stop()


async def one_by_one(kafka: str, ends: dict[int, int]) -> None:
    """Read it as aiokafka's documentation does first: `async for`, and parse the JSON."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(BUYS, partition) for partition in ends])
    left = sum(ends.values())
    async for record in consumer:
        json.loads(record.value)
        left -= 1
        if not left:
            break
    await consumer.stop()


def cpu() -> float:
    """Answer the seconds of CPU of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


async def run(buys: int, rounds: int) -> None:
    console = Console(highlight=False, soft_wrap=True)
    async with running_stack({"BUYQ_TEST_STACK": "embedded"}) as stack:
        await fill(stack.kafka, buys)
        await migrate(stack.database_url)
        engine = create_async_engine(stack.database_url, poolclass=NullPool)
        async with LogReader(stack.kafka, client_id="bench", fetch_bytes=2 << 20) as reader:
            ends = await reader.ends(await reader.partitions())
            total = sum(ends.values())
            console.print(f"{total} records in {len(ends)} partitions, {os.cpu_count()} cores")
            ways: dict[str, Callable[[], Awaitable[object]]] = {
                "bytes only": lambda: consume(stack.kafka, ends, None),
                "events": lambda: consume(stack.kafka, ends, decode),
                "async for, JSON": lambda: one_by_one(stack.kafka, ends),
                "rebuild": lambda: rebuild(engine, reader, SystemClock()),
            }
            speeds: dict[str, list[float]] = {name: [] for name in ways}
            used: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds):
                for name, work in ways.items():
                    began, before = time.monotonic(), cpu()
                    with collecting_seldom():
                        await work()
                    speeds[name].append(total / (time.monotonic() - began))
                    used[name].append((cpu() - before) / total * 1e6)
            for name, found in speeds.items():
                paired = zip(speeds["rebuild"], found, strict=True)
                ratio = median(ours / theirs for ours, theirs in paired)
                console.print(
                    f"{name}: {median(found):,.0f} records/s, {median(used[name]):.1f} us of CPU a "
                    f"record; a rebuild is {ratio:.2f} times as fast"
                )
        await engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("buys", nargs="?", type=int, default=20_000)
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(run(asked.buys, asked.rounds))
