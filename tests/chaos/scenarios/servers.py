"""Faults of the servers that we stand on."""

import asyncio
import signal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from buyqueue.log.topic import BUYS
from sandbox.processes.errors import ChildError
from tests.chaos.site import Own
from tests.chaos.stage import Scenario, Stage


def own(stage: Stage) -> Own:
    """The servers of this stage, which nobody else uses."""
    assert stage.site.own
    return stage.site.own


async def restart_kafka(stage: Stage, number: int) -> None:
    """The one broker goes, by kill -9 or in good order, and comes back after up to 3 s."""
    kafka = own(stage).kafka
    assert kafka.child
    stage.mark()
    if number % 2 == 0:
        kafka.child.send(signal.SIGKILL)
        await kafka.child.wait()
    else:
        await kafka.stop()
    await stage.pause(0, 3)
    await kafka.start()


async def restart_a_broker(stage: Stage, number: int) -> None:
    """One of three brokers goes, by kill -9 or in good order; it is back in sync before the next.

    A next strike before that would leave one copy, and then Kafka refuses to acknowledge.
    """
    broker = own(stage).brokers[number % len(own(stage).brokers)]
    assert broker.child
    stage.mark()
    if number % 2 == 0:
        broker.child.send(signal.SIGKILL)
        await broker.child.wait()
    else:
        await broker.stop()
    await stage.pause(0, 8)
    await broker.start()
    async with asyncio.timeout(60):
        while await copies_in_sync(own(stage).bootstrap_servers) < len(own(stage).brokers):
            await asyncio.sleep(0.5)


async def copies_in_sync(servers: str) -> int:
    """The least number of copies that any partition of the buys has in sync; 0 if none answers."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=5_000)
    try:
        await admin.start()
        (topic,) = await admin.describe_topics([BUYS])
    except (KafkaError, OSError):
        return 0
    finally:
        await admin.close()
    return min(len(partition["isr"]) for partition in topic["partitions"])


async def restart_postgres(stage: Stage, number: int) -> None:
    """Postgres goes, by kill -9 or in good order, and comes back after up to 3 s."""
    postgres = own(stage).postgres
    assert postgres.child
    stage.mark()
    if number % 2 == 0:
        postgres.child.send(signal.SIGKILL)
        await postgres.child.wait()
    else:
        await postgres.stop()
    await stage.pause(0, 3)
    async with asyncio.timeout(30):
        while True:
            try:
                await postgres.start()
            except ChildError:  # what it shared with its killed parent is not free yet
                await asyncio.sleep(0.5)
            else:
                return


KAFKA = Scenario(
    "Kafka restarted, every other time by kill -9",
    restart_kafka,
    between_s=(3, 8),
    supervised=True,
)
BROKERS = Scenario(
    "one of three brokers restarted, every other time by kill -9",
    restart_a_broker,
    brokers=3,
    between_s=(2, 6),
    supervised=True,
)
POSTGRES = Scenario(
    "Postgres restarted every 5 to 40 s, every other time by kill -9",
    restart_postgres,
    between_s=(5, 40),
)
