"""Like orders of one wallet at once: each has a transaction of its own.

Slots are so long that the venue hands all of them the same transaction.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from solders.keypair import Keypair
from sqlalchemy import text

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Completed, Stopped
from buyqueue.events.codec import Event
from buyqueue.events.signatures import SignatureRequested
from buyqueue.tables import create_engine
from tests.controls.own_wallet import answer_to, message_of, signature_of
from tests.integration.desk import SOL, Desk
from tests.integration.test_worker import worker

LIKE = 4
LONG_SLOT_MS = 1_000


@pytest.fixture
async def buyer(desk: Desk) -> Keypair:
    buyer = Keypair()
    await desk.chain.node.fund(buyer.pubkey(), SOL)
    desk.chain.node.chain.knobs.slot_ms = LONG_SLOT_MS
    return buyer


def spent(desk: Desk, buyer: Keypair) -> int:
    return SOL - desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())


def quotes(histories: Sequence[Sequence[Event]]) -> int:
    return sum(event.type == "BuyQuoted" for history in histories for event in history)


async def test_like_orders_of_a_wallet_are_each_bought(desk: Desk, buyer: Keypair) -> None:
    jobs = [(await desk.request(buyer=buyer))[0] for _ in range(LIKE)]
    async with worker(desk.settings):
        histories = [await desk.until(job, "BuyCompleted") for job in jobs]
    bought = [state for state in map(fold, histories) if isinstance(state, Completed)]
    assert LIKE == len({state.signature for state in bought})
    assert spent(desk, buyer) == sum(state.lamports_spent for state in bought)
    assert quotes(histories) > LIKE, "the venue gave no two of them the same transaction"


async def test_like_orders_of_a_users_own_wallet_are_each_asked_for_alone(
    desk: Desk, buyer: Keypair
) -> None:
    """The one that is cancelled stays so, though its twin is sent."""
    jobs = [(await desk.request_own(buyer))[0] for _ in range(LIKE)]
    async with worker(desk.settings):
        asked = [await request_of(desk, job) for job in jobs]
        assert LIKE == len({message_of(request.transaction) for request in asked})
        await desk.cancel(jobs[0])
        for request in asked[1:]:
            signature = signature_of(request.transaction, buyer)
            await desk.journal.append(answer_to(request, signature))
        histories = [await desk.until(job, "BuyCompleted") for job in jobs[1:]]
        desk.chain.node.advance(250)
        stopped = fold(await desk.until(jobs[0], "BuyStopped", "BuyCompleted"))
    bought = [state for state in map(fold, histories) if isinstance(state, Completed)]
    assert LIKE - 1 == len({state.signature for state in bought})
    assert spent(desk, buyer) == sum(state.lamports_spent for state in bought)
    assert isinstance(stopped, Stopped)


async def request_of(desk: Desk, job_id: UUID) -> SignatureRequested:
    request = (await desk.until(job_id, "SignatureRequested"))[-1]
    assert isinstance(request, SignatureRequested)
    return request


async def test_without_postgres_nothing_is_claimed_and_nothing_signed(desk: Desk) -> None:
    """It waits, as for any other part that is away; once claims are there again it is bought."""

    engine = create_engine(desk.settings)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE message_claims RENAME TO away"))
    settings = desk.settings.model_copy(update={"max_attempts": 50})
    job, _ = await desk.request()
    async with worker(settings):
        failed = await desk.until(job, "AttemptFailed")
        assert "BuySigned" not in [event.type for event in failed]
        await asyncio.sleep(0.5)
        assert "BuySigned" not in [event.type for event in await desk.by_now(job)]
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE away RENAME TO message_claims"))
        assert isinstance(fold(await desk.until(job, "BuyCompleted")), Completed)
    await engine.dispose()
