"""The whole api on real parts, its projection, and a look at what it has written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from solders.pubkey import Pubkey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.running import running, serving
from buyqueue.clock import SystemClock
from buyqueue.ending import end
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.settings import Settings
from buyqueue.tables import SUBMISSIONS, VAULT, create_engine
from migrations.upgrade import migrate
from projections.projector import Projector
from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.solana.node import LocalNode
from tests.controls import start_requests
from tests.controls.events import MINT
from tests.stack.servers import Stack

USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
"""The example of the document."""


@dataclass(frozen=True)
class Written:
    """How many submissions, sealed keys and events there are."""

    submissions: int
    keys: int
    events: int


@dataclass(frozen=True)
class Ground:
    """A served api."""

    url: str
    app: web.Application
    settings: Settings
    session: aiohttp.ClientSession
    engine: AsyncEngine
    reader: LogReader
    partitions: list[int]

    async def written(self) -> Written:
        counts = [
            select(func.count()).select_from(table).scalar_subquery()
            for table in (SUBMISSIONS, VAULT)
        ]
        ends = asyncio.create_task(self.reader.ends(self.partitions))
        async with self.engine.connect() as connection:
            submissions, keys = (await connection.execute(select(*counts))).one()
        return Written(submissions, keys, sum((await ends).values()))

    async def document(self) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/openapi.json") as answer:
            found: dict[str, Any] = await answer.json()
            return found


async def settings_on(stack: Stack, solana: LocalNode, **other: Any) -> Settings:
    """What the api is told; topics and tables are there."""
    settings = Settings(
        **{
            "_env_file": None,
            "auth": "open",
            "rate_limit_per_minute": 0,
            "max_open_buys": 0,
            # The document's example leads nowhere, and must not take long to.
            "webhook_secret": SecretStr("of-webhooks-in-tests-" * 2),
            "webhook_timeout_ms": 300,
        }
        | other,
        port=0,
        kafka_bootstrap_servers=stack.kafka,
        database_url=SecretStr(await stack.fresh_database()),
        solana_rpc_url=(solana.url,),
        vault_public_key=public_key_of(new_private_key()),
        topic_partitions=4,
        topic_replication=1,
        rpc_timeout_ms=2_000,
        submit_timeout_ms=5_000,
    )
    await migrate(settings.database_url.get_secret_value())
    await ensure_topics(settings.kafka_bootstrap_servers, settings.topic_layout)
    return settings


@asynccontextmanager
async def served(stack: Stack, **other: Any) -> AsyncIterator[Ground]:
    """Serve an api with these settings for a while."""
    clock = SystemClock()
    async with AsyncExitStack() as exits:
        solana = await exits.enter_async_context(LocalNode(paused=True))
        accounts = start_requests.accounts()
        accounts[USDC] = accounts[MINT]
        for address, account in accounts.items():
            solana.chain.put_account(Pubkey.from_string(address), account)
        solana.advance(3)
        # Quotes are asked of a venue too: of one on this machine.
        jupiter = await exits.enter_async_context(LocalJupiter(solana.chain))
        settings = await settings_on(stack, solana, **{"jupiter_url": jupiter.url} | other)
        engine = create_engine(settings)
        exits.push_async_callback(engine.dispose)
        reader = await exits.enter_async_context(
            LogReader(settings.kafka_bootstrap_servers, client_id="test/ends")
        )
        projector = Projector(
            bootstrap_servers=settings.kafka_bootstrap_servers,
            engine=engine,
            clock=clock,
            group=f"test-openapi-{clock.new_id()}",
        )
        projecting = asyncio.create_task(projector.run())
        exits.push_async_callback(end, projecting)
        app = await exits.enter_async_context(running(settings, clock))
        url = await exits.enter_async_context(serving(app, settings))
        session = await exits.enter_async_context(aiohttp.ClientSession())
        yield Ground(url, app, settings, session, engine, reader, await reader.partitions())
