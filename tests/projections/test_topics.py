"""A projector that is the first process on a broker, and one whose topic loses records."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from testcontainers.core.container import DockerContainer

from buyqueue.log.keeping import UnsafeTopic
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import BUYS, TopicLayout
from sandbox.kafka.probe import cluster_at
from sandbox.state.ports import free_port
from tests.projections.conftest import PARTITIONS, Ground
from tests.projections.running import spawned
from tests.stack.containers import (
    KAFKA_IMAGE,
    KAFKA_PORT,
    NoImages,
    docker_answers,
    kafka_environment,
    need_images,
    reachable_host,
    running,
    until,
)

LAYOUT = TopicLayout(partitions=PARTITIONS, replication=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def eager_kafka() -> AsyncIterator[str]:
    """A broker as it comes: it makes each topic that somebody asks for."""
    if not docker_answers():
        pytest.skip("needs Docker: the embedded broker makes no topics by itself")
    try:
        await asyncio.to_thread(need_images)
    except NoImages as error:
        pytest.skip(str(error))
    port = free_port()
    node = DockerContainer(KAFKA_IMAGE).with_bind_ports(KAFKA_PORT, port)
    eager = {"KAFKA_AUTO_CREATE_TOPICS_ENABLE": "true"}
    node.with_envs(**kafka_environment("127.0.0.1", port) | eager)
    async with running(node):
        host = await asyncio.to_thread(reachable_host, node, port)

        async def serves() -> bool:
            return await cluster_at(host, port) is not None

        await until(node, KAFKA_IMAGE, serves)
        yield f"{host}:{port}"


@asynccontextmanager
async def asking(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def configure(kafka: str, settings: dict[str, str]) -> None:
    async with asking(kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, BUYS, settings)])


async def topics(kafka: str) -> list[str]:
    """List what there is. NB: to ask for a topic by its name would make it."""
    async with asking(kafka) as admin:
        return list(await admin.list_topics())


async def look_again_and_again(kafka: str) -> None:
    """A broker learns of new settings a moment after they were taken."""
    async with asyncio.timeout(20):
        while True:
            await ensure_topics(kafka, LAYOUT)
            await asyncio.sleep(0.1)


async def test_the_first_process_makes_the_topic_as_the_record_needs_it(
    ground: Ground, eager_kafka: str
) -> None:
    """Else the broker would make it, with one partition, and forget each buy after a week."""
    first: Any = Ground(eager_kafka, ground.database_url, ground.engine, ground.journal)
    async with spawned(first), asyncio.timeout(60):
        while BUYS not in await topics(eager_kafka):
            await asyncio.sleep(0.2)
    async with LogReader(eager_kafka, client_id="test") as reader:
        assert list(range(PARTITIONS)) == await reader.partitions()
    assert [] == await ensure_topics(eager_kafka, LAYOUT, [BUYS])

    await configure(eager_kafka, {"retention.ms": "604800000"})
    with pytest.raises(UnsafeTopic, match=r"topic buys: retention\.ms=604800000, must be -1"):
        await look_again_and_again(eager_kafka)
    async with spawned(first) as process, asyncio.timeout(60):
        assert 1 == await process.wait()
