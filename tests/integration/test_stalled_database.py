"""A Postgres that stalls, and so takes every connection: a worker waits, and goes on afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Completed, Order
from buyqueue.errors import Unavailable
from buyqueue.log.reader import LogReader
from buyqueue.sealing import new_private_key
from buyqueue.settings import Settings
from buyqueue.tables import LOW_WATER_MARKS, create_engine
from sandbox.solana.faults import Fault
from streams import worker as workers
from streams.folding.low_water import LowWaterMarks
from streams.lives import Lives
from streams.vault.keyring import KeyRing
from streams.vault.remote import RemoteSigners
from streams.vault.vault import Vault
from tests.controls import events as e
from tests.integration.desk import Desk
from tests.integration.test_worker import worker
from tests.stack.servers import Stack

BUYS = 6
JOB = UUID(int=7)


def order() -> Order:
    asked = fold([e.requested()])
    return asked.course.order  # type: ignore[union-attr]


def vault(engine: AsyncEngine) -> Vault:
    return Vault(engine, KeyRing.from_text(new_private_key()))


ASKED: dict[str, Callable[[AsyncEngine], Awaitable[object]]] = {
    "marks.load": lambda engine: LowWaterMarks(engine).load(),
    "marks.save": lambda engine: LowWaterMarks(engine).save({0: 1}),
    "lives.look": lambda engine: Lives(engine, "worker/1").look(),
    "lives.beat": lambda engine: Lives(engine, "worker/1").beat(),
    "vault.open": lambda engine: vault(engine).open(order()),
    "vault.forget": lambda engine: vault(engine).forget(JOB),
    "signers.sign": lambda engine: RemoteSigners(engine, {}, 10.0).sign(JOB, order(), b""),
}


@pytest.mark.parametrize("what", ASKED)
async def test_without_a_free_connection_whatever_is_asked_is_unavailable(
    stack: Stack, what: str
) -> None:
    """The pool's own error is none of the driver's."""
    url = await stack.fresh_database()
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    async with engine.connect():
        with pytest.raises(Unavailable):
            await ASKED[what](engine)
    await engine.dispose()


async def marks(engine: AsyncEngine) -> dict[int, int]:
    async with engine.connect() as connection:
        found = await connection.execute(select(LOW_WATER_MARKS))
        return {row.partition: row.offset for row in found}


async def ends(settings: Settings) -> dict[int, int]:
    async with LogReader(settings.kafka, client_id="test") as reader:
        return await reader.ends(await reader.partitions())


def small_pool(settings: Settings) -> AsyncEngine:
    """Answer an engine whose one connection is gone as soon as a statement hangs."""
    url = settings.database_url.get_secret_value()
    return create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.5)


async def test_keys_are_forgotten_and_rounds_go_on_once_postgres_no_longer_stalls(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ROUND_S", 0.2)
    monkeypatch.setattr(workers, "create_engine", small_pool)
    engine = create_engine(desk.settings)
    unseen = desk.chain.node.faults.add(Fault("rpc", method="getTransaction"))
    async with worker(desk.settings):
        jobs = [(await desk.request())[0] for _ in range(BUYS)]
        for job in jobs:
            await desk.until(job, "BuySent")
        async with engine.begin() as holding:
            await holding.execute(text("LOCK TABLE vault IN ACCESS EXCLUSIVE MODE"))
            desk.chain.node.faults.remove(unseen)
            for job in jobs:
                await desk.until(job, "BuyCompleted")
            await asyncio.sleep(2.0)
        for job in jobs:
            assert isinstance(fold(await desk.until(job, "BuyFinalized")), Completed)
            assert 0 == await desk.keys_kept(job)
        async with asyncio.timeout(15):
            while await marks(engine) != await ends(desk.settings):
                await asyncio.sleep(0.1)
    await engine.dispose()
