"""A worker on a real log and a real chain: what it appends, and what it does not do twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from solders.keypair import Keypair

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Completed, Failed, Stopped
from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.events.events import BuySent, BuySigned
from buyqueue.log.journal import Cursor, Journal
from buyqueue.rpc import RpcNode
from buyqueue.settings import Settings
from sandbox.solana.faults import Fault
from streams.worker import Transports, run_worker
from tests.integration.desk import SOL, Desk


@asynccontextmanager
async def worker(settings: Settings, transports: Transports | None = None) -> AsyncIterator[None]:
    """Run a worker in this process while the context lasts."""
    stopping = asyncio.Event()
    running = asyncio.create_task(run_worker(settings, SystemClock(), stopping, transports))
    try:
        yield
    finally:
        stopping.set()
        assert await running == 0


async def test_a_buy_runs_through_its_four_phases(desk: Desk) -> None:
    job_id, buyer = await desk.request()
    async with worker(desk.settings):
        history = await desk.until(job_id, "BuyCompleted")
    assert [event.type for event in history] == [
        "BuyRequested", "PhaseAdvanced", "PhaseAdvanced", "PhaseAdvanced", "BuyQuoted",
        "BuySigned", "BuySent", "PhaseAdvanced", "BuyCompleted",
    ]  # fmt: skip
    state = fold(history)
    assert isinstance(state, Completed)
    left = desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())
    assert SOL - left == state.lamports_spent


async def test_it_is_finalized_and_the_key_is_gone(desk: Desk) -> None:
    job_id, _ = await desk.request()
    async with worker(desk.settings):
        history = await desk.until(job_id, "BuyFinalized")
        state = fold(history)
        assert isinstance(state, Completed)
        assert state.finalized
        assert await desk.keys_kept(job_id) == 0


async def test_a_request_that_is_appended_again_after_the_end_buys_nothing(desk: Desk) -> None:
    job_id, buyer = await desk.request()
    async with worker(desk.settings):
        await desk.until(job_id, "BuyFinalized")
        left = desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())
        await asyncio.sleep(0.5)
        await desk.journal.append(desk.requested(job_id, str(buyer.pubkey()), SOL // 10))
        history = await desk.until(job_id, "BuyFailed")
    assert isinstance(fold(history), Completed)
    assert left == desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())


async def test_a_buy_that_a_market_maker_signs_last_is_named_by_the_wallets_signature(
    desk: Desk,
) -> None:
    desk.chain.jupiter.rfq = "taker_pays"
    job_id, _ = await desk.request(co_signer=True)
    async with worker(desk.settings):
        history = await desk.until(job_id, "BuyCompleted")
    sent = next(event for event in history if isinstance(event, BuySent))
    signed = next(event for event in history if isinstance(event, BuySigned))
    assert (("jupiter",), signed.signature) == (sent.nodes, sent.signature)
    assert signed.request_id
    assert isinstance(fold(history), Completed)


async def test_a_wallet_without_means_fails_with_the_reason(desk: Desk) -> None:
    job_id, _ = await desk.request(lamports=2 * SOL)
    async with worker(desk.settings):
        state = fold(await desk.until(job_id, "BuyFailed"))
    assert isinstance(state, Failed)
    assert state.error.startswith("Insufficient balance")


async def test_an_order_that_waited_too_long_is_not_bought(desk: Desk) -> None:
    """The log tells: by when it took the order's later events, whatever a worker's clock says."""
    settings = desk.settings.model_copy(update={"order_age_ms": 1_000})
    job_id, buyer = await desk.request()
    await asyncio.sleep(1.2)
    async with worker(settings):
        history = await desk.until(job_id, "BuyFailed")
    state = fold(history)
    assert isinstance(state, Failed)
    assert "order_too_old" == state.code
    assert "BuySigned" not in [event.type for event in history]
    assert desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey()) == SOL


class SlowJournal(Journal):
    """The log takes an event only when the steps after it have long run."""

    async def append(self, event: Event) -> Cursor:
        await asyncio.sleep(1.5)
        return await super().append(event)


async def test_an_order_that_waited_too_long_is_not_bought_where_the_log_is_slower_than_the_chain(
    desk: Desk,
) -> None:
    """What runs ahead says how old the order is once it is read, and until then nothing does."""
    settings = desk.settings.model_copy(update={"order_age_ms": 1_000})
    job_id, buyer = await desk.request()
    await asyncio.sleep(1.2)
    async with worker(settings, Transports(journal=SlowJournal)):
        history = await desk.until(job_id, "BuyFailed", "BuyCompleted")
    state = fold(history)
    assert isinstance(state, Failed)
    assert "order_too_old" == state.code
    assert "BuySigned" not in [event.type for event in history]
    assert desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey()) == SOL


async def test_an_append_that_comes_through_much_later_is_not_bought(desk: Desk) -> None:
    job_id, _ = await desk.request(funds=SOL // 100)
    late = desk.requested(SystemClock().new_id(), str(Keypair().pubkey()), SOL // 10)
    asked = late.occurred_at - timedelta(milliseconds=desk.settings.order_age_ms + 1_000)
    await desk.journal.append(late.model_copy(update={"occurred_at": asked}))
    async with worker(desk.settings):
        in_time = fold(await desk.until(job_id, "BuyFailed"))
        history = await desk.until(late.job_id, "BuyFailed")
    assert isinstance(in_time, Failed)
    assert "insufficient_balance" == in_time.code
    state = fold(history)
    assert isinstance(state, Failed)
    assert (["BuyRequested", "BuyFailed"], "order_too_old") == (
        [event.type for event in history], state.code,
    )  # fmt: skip


async def test_a_completed_buy_that_a_fork_drops_is_corrected_and_not_bought_again(
    desk: Desk,
) -> None:
    chain = desk.chain.node.chain
    job_id, buyer = await desk.request()
    desk.chain.node.advance(40)  # the wallet's funds are too old to be taken back
    chain.knobs.slot_ms = 400  # and the blockhash is young enough
    async with worker(desk.settings):
        await desk.until(job_id, "BuyCompleted")
        chain.roll_back(30, requeue=False)  # the blockhash of its transaction goes, too
        desk.chain.node.advance(250)
        history = await desk.until(job_id, "BuyReverted")
    state = fold(history)
    assert isinstance(state, Failed)
    assert "transaction_dropped" == state.code
    assert [event.type for event in history].count("BuySigned") == 1
    assert chain.bank("confirmed").lamports(buyer.pubkey()) == SOL


async def test_a_buy_cancelled_in_the_queue_is_never_bought(desk: Desk) -> None:
    job_id, buyer = await desk.request()
    await desk.cancel(job_id)
    async with worker(desk.settings):
        state = fold(await desk.until(job_id, "BuyStopped"))
    assert isinstance(state, Stopped)
    assert desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey()) == SOL


async def test_a_cancel_during_backoff_wins(desk: Desk) -> None:
    desk.chain.jupiter.faults.add(Fault("http", method="order", status=503))
    settings = desk.settings.model_copy(update={"backoff_ms": 60_000})
    job_id, _ = await desk.request()
    async with worker(settings):
        await desk.until(job_id, "AttemptFailed")
        await desk.cancel(job_id)
        assert isinstance(fold(await desk.until(job_id, "BuyStopped")), Stopped)


async def test_attempts_are_counted_in_the_log_and_then_given_up(desk: Desk) -> None:
    desk.chain.jupiter.faults.add(Fault("http", method="order", status=503))
    job_id, _ = await desk.request()
    async with worker(desk.settings):
        history = await desk.until(job_id, "BuyFailed")
    state = fold(history)
    assert [event.type for event in history].count("AttemptFailed") == 3
    assert isinstance(state, Failed)
    assert state.error.startswith("Platform unavailable")


async def test_a_venue_that_recovers_is_tried_again(desk: Desk) -> None:
    desk.chain.jupiter.faults.add(Fault("http", method="order", status=503, times=2))
    job_id, _ = await desk.request()
    async with worker(desk.settings):
        assert isinstance(fold(await desk.until(job_id, "BuyCompleted")), Completed)


async def test_another_worker_goes_on_with_the_same_bytes(desk: Desk) -> None:
    """The first one stops between the signature and the landing; nothing is signed again."""
    number = desk.chain.node.faults.add(Fault("drop", method="sendTransaction"))
    job_id, buyer = await desk.request()
    async with worker(desk.settings):
        await desk.until(job_id, "BuySent")
    desk.chain.node.faults.remove(number)
    async with worker(desk.settings):
        history = await desk.until(job_id, "BuyCompleted")
    assert [event.type for event in history].count("BuySigned") == 1
    spent = SOL - desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())
    assert spent < SOL // 5


async def test_an_unreadable_record_is_put_aside_and_the_next_one_runs(desk: Desk) -> None:
    job_id, _ = await desk.request()
    await desk.journal._producer.send_and_wait("buys", b"{broken", key=b"x", partition=0)
    after, _ = await desk.request()
    async with worker(desk.settings):
        for job in (job_id, after):
            assert isinstance(fold(await desk.until(job, "BuyCompleted")), Completed)


class HangingNode(RpcNode):
    """Never answers its first look at the wallet, and has no timeout either."""

    hung = False

    async def call(self, method: str, *params: Any) -> Any:
        if method == "getMultipleAccounts" and not HangingNode.hung:
            HangingNode.hung = True
            await asyncio.Event().wait()
        return await super().call(method, *params)


async def test_a_step_that_hangs_is_begun_anew(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"stalled_ms": 1_000})
    job_id, _ = await desk.request()
    async with worker(settings, Transports(node=HangingNode)):
        assert isinstance(fold(await desk.until(job_id, "BuyCompleted")), Completed)
    assert HangingNode.hung
