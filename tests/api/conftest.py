"""Real parts for the api: Kafka and Postgres of the stack, and a local Solana."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from solders.pubkey import Pubkey
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.setting_up import gate_of
from api.health.kafka import KafkaBrokers
from api.parts import Parts
from buyqueue.clock import SystemClock
from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import TopicLayout
from buyqueue.metrics import Metrics
from buyqueue.rpc import RpcNode
from buyqueue.sealing import Sealer, new_private_key, public_key_of
from buyqueue.settings import Settings
from buyqueue.tables import SUBMISSIONS, VAULT, create_engine
from migrations.upgrade import migrate
from projections.projector import Projector
from projections.queries import Queries
from sandbox.solana.node import LocalNode
from streams.chain.nodes import Nodes
from streams.platforms.composing import create_router
from tests.api.quiet_relay import NoSockets, QuietRelay
from tests.api.running import Api, served
from tests.controls import start_requests
from tests.stack.servers import Stack

VAULT_PRIVATE_KEY = new_private_key()


@pytest.fixture(scope="session")
async def solana() -> AsyncIterator[LocalNode]:
    """A chain on which the example accounts stand."""
    async with LocalNode(paused=True) as node:
        for address, account in start_requests.accounts().items():
            node.chain.put_account(Pubkey.from_string(address), account)
        node.advance(3)
        yield node


@pytest.fixture(scope="session")
async def settings(stack: Stack, solana: LocalNode) -> Settings:
    url = await stack.fresh_database()
    await migrate(url)
    await ensure_topics(stack.kafka, TopicLayout(partitions=4, replication=1))
    return settings_of(
        kafka_bootstrap_servers=stack.kafka,
        database_url=SecretStr(url),
        solana_rpc_url=(solana.url,),
    )


def settings_of(**other: Any) -> Settings:
    fields: dict[str, Any] = {
        "port": 0,
        "auth": "open",
        "vault_public_key": public_key_of(VAULT_PRIVATE_KEY),
        "topic_partitions": 4,
        "topic_replication": 1,
        "submit_timeout_ms": 5_000,
        "rpc_timeout_ms": 2_000,
    }
    return Settings(_env_file=None, **(fields | other))


@pytest.fixture(scope="session")
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(settings)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def journal(settings: Settings) -> AsyncIterator[Journal]:
    journal = Journal(settings.kafka_bootstrap_servers, client_id="test/api", timeout_ms=5_000)
    await journal.start()
    yield journal
    await journal.stop()


@pytest.fixture(scope="session")
async def brokers(settings: Settings) -> AsyncIterator[KafkaBrokers]:
    brokers = KafkaBrokers(
        settings.kafka_bootstrap_servers, client_id="test/look", timeout_ms=5_000
    )
    await brokers.start()
    yield brokers
    await brokers.stop()


@pytest.fixture(scope="session")
async def session_parts(
    settings: Settings, engine: AsyncEngine, journal: Journal, brokers: KafkaBrokers
) -> AsyncIterator[Parts]:
    async with aiohttp.ClientSession() as session:
        clock = SystemClock()
        nodes = [RpcNode(session, url, settings.rpc_timeout_ms) for url in settings.solana_rpc_url]
        yield Parts(
            settings=settings,
            clock=clock,
            writer="api/test",
            engine=engine,
            log=journal,
            brokers=brokers,
            nodes=nodes,
            sealer=Sealer.from_text(public_key_of(VAULT_PRIVATE_KEY)),
            queries=Queries(engine),
            quoter=create_router(settings, session, Nodes(nodes, clock), clock),
            gate=gate_of(settings, engine, SystemClock()),
            relay=QuietRelay(),
            sockets=NoSockets(),
            metrics=Metrics(),
        )


@pytest.fixture
async def parts(session_parts: Parts) -> AsyncIterator[Parts]:
    """The parts; the rows that a test leaves are removed."""
    yield session_parts
    async with session_parts.engine.begin() as connection:
        await connection.execute(delete(SUBMISSIONS))
        await connection.execute(delete(VAULT))


@pytest.fixture(scope="session")
async def reader(settings: Settings) -> AsyncIterator[LogReader]:
    async with LogReader(settings.kafka_bootstrap_servers, client_id="test/ends") as reader:
        yield reader


@pytest.fixture
async def api(parts: Parts, reader: LogReader) -> AsyncIterator[Api]:
    async with served(parts, reader) as running:
        yield running


@pytest.fixture(scope="session")
async def projector(session_parts: Parts) -> AsyncIterator[None]:
    """The projection follows the log."""
    task = asyncio.create_task(
        Projector(
            bootstrap_servers=session_parts.settings.kafka_bootstrap_servers,
            engine=session_parts.engine,
            clock=session_parts.clock,
            group=f"test-api-{session_parts.clock.new_id()}",
        ).run()
    )
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
