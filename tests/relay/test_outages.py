"""Kafka goes away and comes back. On servers of our own: others' tests must not notice."""

import asyncio
from collections.abc import AsyncIterator

import docker
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine

from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import TopicLayout
from migrations.upgrade import migrate
from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import PARTITIONS, Ground
from tests.projections.running import projecting
from tests.relay.serving import Client, heard_all, serving, told_by_log
from tests.stack.containers import NoImages, containers, docker_answers
from tests.stack.servers import Stack


@pytest_asyncio.fixture
async def apart() -> AsyncIterator[Ground]:
    if not docker_answers():
        pytest.skip("a broker that can be restarted needs Docker")
    try:
        async with containers() as servers:
            stack = Stack(servers)
            url = await stack.fresh_database()
            await migrate(url)
            await ensure_topics(stack.kafka, TopicLayout(PARTITIONS, 1))
            journal = Journal(stack.kafka, client_id="test", timeout_ms=20_000)
            await journal.start()
            engine = create_async_engine(url)
            yield Ground(stack.kafka, url, engine, journal)
            await engine.dispose()
            await journal.stop()
    except NoImages as error:
        pytest.skip(str(error))


def restart_kafka(bootstrap_servers: str) -> None:
    port = bootstrap_servers.rsplit(":", 1)[1]
    client = docker.from_env()
    (broker,) = client.containers.list(filters={"publish": f"{port}"}) or [
        found
        for found in client.containers.list()
        if any(port == bound["HostPort"] for at in found.ports.values() for bound in at or ())
    ]
    broker.restart(timeout=20)
    client.close()


async def test_broker_restart_makes_no_gap_and_no_repeat(apart: Ground) -> None:
    """Relay and projector wait for Kafka and go on from where they were."""
    user = f"user-{CLOCK.new_id()}"
    async with projecting(apart), serving(apart, patience_s=30) as served:
        client = Client(served.url)
        await client.connect()
        await client.join(user)
        await append_all(apart.journal, whole_buy(user))
        await asyncio.to_thread(restart_kafka, apart.kafka)
        assert served.relay.healthy
        await append_all(apart.journal, whole_buy(user))
        expected = await told_by_log(apart.kafka, user)
        await heard_all(client, expected)
        assert expected == client.of_partitions()
        late = Client(served.url)
        await late.connect()
        assert (await late.join({"userId": user, "cursors": {}}))["success"]
        assert expected == late.of_partitions()
        await late.disconnect()
        await client.disconnect()
