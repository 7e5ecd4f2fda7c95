"""The whole service in this process, on a real log and a local chain, as a client sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from pydantic import SecretStr
from solders.keypair import Keypair
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.running import running, serving
from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.log.journal import Journal
from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.settings import Settings
from buyqueue.tables import VAULT, create_engine
from migrations.upgrade import migrate
from sandbox.local_chain import LocalChain, local_chain
from streams.worker import run_worker
from tests.integration.desk import SOL, Desk
from tests.stack.isolation import begin_here
from tests.stack.servers import Stack

USER = "user123"
ENDS = ("BuyCompleted", "BuyFailed", "BuyStopped")


@dataclass
class Shop:
    """A client of one service, and a look behind it."""

    url: str
    session: aiohttp.ClientSession
    settings: Settings
    chain: LocalChain
    engine: AsyncEngine
    desk: Desk

    async def post(self, body: dict[str, Any], key: str | None = None) -> tuple[int, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        url = f"{self.url}/api/external-buy/start"
        async with self.session.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def vault_key(self) -> dict[str, str]:
        async with self.session.get(f"{self.url}/api/external-buy/vault-key") as answer:
            assert answer.status == 200
            data: dict[str, str] = (await answer.json())["data"]
            return data

    def order(self, **wallet: Any) -> dict[str, Any]:
        mint = str(self.chain.jupiter.market.tokens[0].mint)
        return {
            "userId": USER, "tokenAddress": mint, "buyAmount": 0.1, "priorityFee": 0.00002,
        } | wallet  # fmt: skip

    async def buyer(self, keypair: Keypair | None = None) -> Keypair:
        """A wallet with 1 SOL."""
        buyer = keypair or Keypair()
        await self.chain.node.fund(buyer.pubkey(), SOL)
        return buyer

    async def history(self, job_id: str) -> list[Event]:
        """The buy's events up to its end."""
        return await self.desk.until(UUID(job_id), *ENDS)

    async def bought(self, body: dict[str, Any]) -> list[Event]:
        """The events of an order that is taken and completed, and whose ticket is gone then."""
        status, answer = await self.post(body)
        assert status == 202, answer
        history = await self.history(answer["jobId"])
        assert history[-1].type == "BuyCompleted", history[-1]
        await self.without_ticket(answer["jobId"])
        return history

    async def without_ticket(self, job_id: str) -> None:
        async with asyncio.timeout(10):
            while await self.ticket(job_id) is not None:
                await asyncio.sleep(0.05)

    async def ticket(self, job_id: str) -> Any:
        query = select(VAULT).where(VAULT.c.job_id == UUID(job_id))
        async with self.engine.connect() as connection:
            return (await connection.execute(query)).one_or_none()


@asynccontextmanager
async def a_shop(stack: Stack, **other: Any) -> AsyncIterator[Shop]:
    """Run a service; a `worker=False` leaves the worker out."""
    with_worker = other.pop("worker", True)
    private = new_private_key()
    async with local_chain(slot_ms=50) as chain:
        url = await stack.fresh_database()
        await migrate(url)
        fields: dict[str, Any] = {
            "kafka_bootstrap_servers": stack.kafka,
            "topic_partitions": 4,
            "topic_replication": 1,
            "database_url": SecretStr(url),
            "solana_rpc_url": (chain.node.url,),
            "jupiter_url": chain.jupiter.url,
            "vault_private_key": SecretStr(private),
            "vault_public_key": public_key_of(private),
            "backoff_ms": 100,
            "status_poll_ms": 50,
            "port": 0,
            "auth": "open",
        }
        settings = Settings(_env_file=None, **(fields | other))
        await begin_here(settings)
        async with (
            running(settings, SystemClock()) as app,
            serving(app, settings) as at,
            worker(settings) if with_worker else nothing(),
            client(settings) as (session, engine, journal),
        ):
            yield Shop(at, session, settings, chain, engine, Desk(settings, chain, journal))


@asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(run_worker(settings, SystemClock(), stopping))
    try:
        yield
    finally:
        stopping.set()
        assert await task == 0


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def client(
    settings: Settings,
) -> AsyncIterator[tuple[aiohttp.ClientSession, AsyncEngine, Journal]]:
    journal = Journal(settings.kafka_bootstrap_servers, client_id="test", timeout_ms=10_000)
    await journal.start()
    engine = create_engine(settings)
    async with aiohttp.ClientSession() as session:
        yield session, engine, journal
    await engine.dispose()
    await journal.stop()
