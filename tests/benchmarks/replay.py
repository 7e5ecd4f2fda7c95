"""How fast a rebuild folds the log, beside a plain consumer of the same log in the same run.

`just bench-replay [buys]`. On embedded servers of its own; prints what it measured.
"""

import argparse
import asyncio
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from rich.console import Console
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from buyqueue.clock import SystemClock
from buyqueue.events.codec import encode
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import BUYS, TopicLayout, key_of, partition_of
from migrations.upgrade import migrate
from projections.replay.rebuild import rebuild
from projections.replay.scratch import collecting_seldom
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


async def plain(kafka: str, ends: dict[int, int]) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(BUYS, partition) for partition in ends])
    left = sum(ends.values())
    while left:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            left -= len(records)
    await consumer.stop()


async def run(buys: int) -> None:
    console = Console(highlight=False)
    async with running_stack({"BUYQ_TEST_STACK": "embedded"}) as stack:
        await fill(stack.kafka, buys)
        await migrate(stack.database_url)
        engine = create_async_engine(stack.database_url, poolclass=NullPool)
        async with LogReader(stack.kafka, client_id="bench", fetch_bytes=8 << 20) as reader:
            ends = await reader.ends(await reader.partitions())
            total = sum(ends.values())
            speeds = []
            for name, work in (
                ("plain consumer", plain(stack.kafka, ends)),
                ("rebuild", rebuild(engine, reader, SystemClock())),
            ):
                began, cpu = time.monotonic(), time.process_time()
                with collecting_seldom():
                    await work
                wall, used = time.monotonic() - began, time.process_time() - cpu
                speeds.append(total / wall)
                console.print(
                    f"{name}: {total} records, {wall:.1f} s ({total / wall:,.0f}/s), "
                    f"{used / total * 1e6:.1f} us of CPU a record"
                )
            console.print(f"ratio {speeds[1] / speeds[0]:.2f}")
        await engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("buys", nargs="?", type=int, default=20_000)
    asyncio.run(run(parser.parse_args().buys))
