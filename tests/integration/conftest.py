"""A log, a database and a chain of a test's own, as far as they can be."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from buyqueue.log.journal import Journal
from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.settings import Settings
from migrations.upgrade import migrate
from sandbox.local_chain import LocalChain, local_chain
from tests.integration.desk import Desk
from tests.stack.isolation import begin_here
from tests.stack.servers import Stack


@pytest.fixture
async def engine(stack: Stack) -> AsyncIterator[AsyncEngine]:
    """A database of a test's own, at the newest revision."""
    url = await stack.fresh_database()
    await migrate(url)
    made = create_async_engine(url)
    yield made
    await made.dispose()


@pytest.fixture
async def chain() -> AsyncIterator[LocalChain]:
    """A local Solana with slots of 50 ms, and its Jupiter."""
    async with local_chain(slot_ms=50) as running:
        yield running


@pytest.fixture
def kafka_told(stack: Stack) -> dict[str, Any]:
    """How Kafka is reached; a module may reach another one."""
    return {"kafka_bootstrap_servers": stack.kafka}


@pytest.fixture
async def settings(stack: Stack, chain: LocalChain, kafka_told: dict[str, Any]) -> Settings:
    """What every process of one service is told; topics and tables are there."""
    private = new_private_key()
    made = Settings(
        **kafka_told,
        topic_partitions=4,
        topic_replication=1,
        database_url=SecretStr(await stack.fresh_database()),
        solana_rpc_url=(chain.node.url,),
        jupiter_url=chain.jupiter.url,
        vault_private_key=SecretStr(private),
        vault_public_key=public_key_of(private),
        backoff_ms=100,
        status_poll_ms=50,
        port=0,
        debug_routes=True,
    )
    await migrate(made.database_url.get_secret_value())
    await begin_here(made)
    return made


@pytest.fixture
async def desk(settings: Settings, chain: LocalChain) -> AsyncIterator[Desk]:
    """Somebody who requests buys."""
    journal = Journal(settings.kafka, client_id="test", timeout_ms=10_000)
    await journal.start()
    yield Desk(settings, chain, journal)
    await journal.stop()
