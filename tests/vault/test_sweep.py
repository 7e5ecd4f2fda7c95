"""Sealed keys that nobody will need are deleted, and no other ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest
from solders.keypair import Keypair
from sqlalchemy import insert, select, update

from buyqueue.clock import SystemClock
from buyqueue.errors import Code
from buyqueue.events.events import BuyFailed
from buyqueue.log.reader import LogReader
from buyqueue.tables import MESSAGE_CLAIMS, SUBMISSIONS, VAULT
from projections.projector import Projector
from projections.queries import Queries
from projections.sweep import Swept, sweep
from tests.stack.servers import Stack
from tests.vault.shop import Shop, a_shop

CLOCK = SystemClock()


@pytest.fixture
async def quiet(stack: Stack) -> AsyncIterator[Shop]:
    """A service without a worker."""
    async with a_shop(stack, worker=False) as running:
        yield running


@asynccontextmanager
async def projecting(shop: Shop, *jobs: str) -> AsyncIterator[None]:
    """Fold the log while the context lasts, which begins when these jobs are in."""
    projector = Projector(
        bootstrap_servers=shop.settings.kafka_bootstrap_servers,
        engine=shop.engine,
        clock=CLOCK,
        group=f"test-{CLOCK.new_id()}",
    )
    task = asyncio.create_task(projector.run())
    try:
        async with asyncio.timeout(20):
            for job in jobs:
                while await Queries(shop.engine).job(UUID(job)) is None:
                    await asyncio.sleep(0.05)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def taken(shop: Shop) -> str:
    status, answer = await shop.post(shop.order(walletPrivateKey=str(Keypair())))
    assert status == 202
    return str(answer["jobId"])


async def never_appended(shop: Shop) -> str:
    """A job whose api died between the rows and the append."""
    job = await taken(shop)
    fresh = CLOCK.new_id()
    async with shop.engine.begin() as connection:
        values = {"job_id": fresh, "partition": None, "offset": None}
        await connection.execute(
            update(SUBMISSIONS).where(SUBMISSIONS.c.job_id == UUID(job)).values(values)
        )
        await connection.execute(
            update(VAULT).where(VAULT.c.job_id == UUID(job)).values(job_id=fresh)
        )
    return str(fresh)


async def swept(shop: Shop, age: timedelta = timedelta()) -> Swept:
    async with LogReader(shop.settings.kafka_bootstrap_servers, client_id="test") as reader:
        return await sweep(shop.engine, reader, CLOCK.now() - age)


async def test_what_never_began_goes_once_the_log_is_read_to_its_end(quiet: Shop) -> None:
    job, open_job = await never_appended(quiet), await taken(quiet)
    assert await swept(quiet) == Swept(kept=1)
    async with projecting(quiet, open_job):
        assert await swept(quiet, timedelta(hours=1)) == Swept()
        async with asyncio.timeout(20):
            while (last := await swept(quiet)).never_began == 0:
                assert last == Swept(kept=1)
                await asyncio.sleep(0.1)
    assert await quiet.ticket(job) is None
    assert await quiet.ticket(open_job) is not None


async def test_what_is_in_the_log_unnoted_stays(quiet: Shop) -> None:
    """The acknowledgement was lost: the buy is open all the same."""
    job = await taken(quiet)
    async with quiet.engine.begin() as connection:
        await connection.execute(update(SUBMISSIONS).values(partition=None, offset=None))
    assert await swept(quiet) == Swept(kept=1)
    async with projecting(quiet, job):
        assert await swept(quiet) == Swept(kept=1)
    assert await quiet.ticket(job) is not None


async def test_what_somebody_is_appending_stays(quiet: Shop) -> None:
    job, after = await never_appended(quiet), await taken(quiet)
    mine = SUBMISSIONS.c.job_id == UUID(job)
    async with projecting(quiet, after), quiet.engine.begin() as connection:
        await connection.execute(select(SUBMISSIONS.c.job_id).where(mine).with_for_update())
        for _ in range(5):
            assert await swept(quiet) == Swept(kept=1)
            await asyncio.sleep(0.2)
    assert await quiet.ticket(job) is not None


async def test_claims_go_once_their_message_can_land_no_more(quiet: Shop) -> None:
    aged = {"digest": "a", "job_id": CLOCK.new_id(), "claimed_at": CLOCK.now() - timedelta(hours=2)}
    young = {"digest": "b", "job_id": CLOCK.new_id(), "claimed_at": CLOCK.now()}
    async with quiet.engine.begin() as connection:
        await connection.execute(insert(MESSAGE_CLAIMS), [aged, young])
    assert 1 == (await swept(quiet, timedelta(hours=1))).claims
    async with quiet.engine.connect() as connection:
        assert ["b"] == list(await connection.scalars(select(MESSAGE_CLAIMS.c.digest)))


async def test_what_has_ended_goes(quiet: Shop) -> None:
    job = await taken(quiet)
    failed = BuyFailed(
        event_id=CLOCK.new_id(), job_id=UUID(job), occurred_at=CLOCK.now(), writer="test/1",
        attempt=1, code=Code.NO_ROUTE, error="No route", duration_ms=1,
    )  # fmt: skip
    await quiet.desk.journal.append(failed)
    async with projecting(quiet, job), asyncio.timeout(20):
        while (await swept(quiet)).ended == 0:
            await asyncio.sleep(0.1)
    assert await quiet.ticket(job) is None
