"""Buys that their users' own wallets sign, on a real log and a real chain."""

import asyncio
from typing import Any
from uuid import UUID

from solders.keypair import Keypair

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Awaiting, Completed, Failed, Stopped
from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyFailed, BuySigned
from buyqueue.events.signatures import SignatureExpired, SignatureFound, SignatureRequested
from tests.controls.own_wallet import answer_to, message_of, signature_of, with_signature
from tests.integration.desk import SOL, Desk
from tests.integration.test_worker import worker

ENDS = ("BuyCompleted", "BuyFailed", "BuyStopped")


async def asked(desk: Desk, job_id: UUID) -> SignatureRequested:
    history = await desk.until(job_id, "SignatureRequested")
    request = history[-1]
    assert isinstance(request, SignatureRequested)
    return request


async def sends(desk: Desk, transaction: str, signature: str) -> None:
    """The wallet's holder sends it, without us."""
    params: list[Any] = [
        with_signature(transaction, signature), {"encoding": "base64", "skipPreflight": True},
    ]  # fmt: skip
    call = {"jsonrpc": "2.0", "id": 1, "method": "sendTransaction", "params": params}
    answer = await desk.post(call)
    assert signature == answer["result"]


def left(desk: Desk, buyer: Keypair) -> int:
    return desk.chain.node.chain.bank("confirmed").lamports(buyer.pubkey())


def of_type(history: list[Event], kind: type[Any]) -> Any:
    return next(event for event in history if isinstance(event, kind))


async def test_what_the_wallet_signs_is_written_ahead_and_lands(desk: Desk) -> None:
    job_id, buyer = await desk.request_own()
    async with worker(desk.settings):
        request = await asked(desk, job_id)
        signature = signature_of(request.transaction, buyer)
        await desk.journal.append(answer_to(request, signature))
        history = await desk.until(job_id, "BuyFinalized")
    assert [event.type for event in history] == [
        "BuyRequested", "PhaseAdvanced", "PhaseAdvanced", "PhaseAdvanced", "BuyQuoted",
        "SignatureRequested", "SignatureAnswered", "BuySigned", "BuySent", "PhaseAdvanced",
        "BuyCompleted", "BuyFinalized",
    ]  # fmt: skip
    signed = of_type(history, BuySigned)
    assert message_of(request.transaction) == message_of(signed.transaction)
    state = fold(history)
    assert isinstance(state, Completed)
    assert (signature, SOL - left(desk, buyer)) == (state.signature, state.lamports_spent)
    assert 0 == await desk.keys_kept(job_id)


async def test_who_says_no_ends_only_what_can_no_longer_land(desk: Desk) -> None:
    """Refused, cancelled, silent; and refused, but sent by its holder. All at once, for time."""
    settings = desk.settings.model_copy(update={"signature_wait_ms": 1})
    jobs = [await desk.request_own() for _ in range(4)]
    async with worker(settings):
        requests = [await asked(desk, job_id) for job_id, _ in jobs]
        refused, cancelled, _, sender = requests
        await desk.journal.append(answer_to(refused, None))
        await desk.cancel(jobs[1][0])
        late = signature_of(cancelled.transaction, jobs[1][1])
        await desk.journal.append(answer_to(cancelled, late))
        await desk.journal.append(answer_to(sender, None))
        await sends(desk, sender.transaction, signature_of(sender.transaction, jobs[3][1]))
        await asyncio.sleep(1)
        for job_id, _ in jobs:
            assert not set(ENDS) & {event.type for event in await desk.by_now(job_id)}
        ends = [await desk.until(job_id, *ENDS) for job_id, _ in jobs]
    types = [history[-1].type for history in ends]
    assert ["BuyFailed", "BuyStopped", "BuyFailed", "BuyCompleted"] == types
    codes = [of_type(ends[one], BuyFailed).code for one in (0, 2)]
    assert ["signature_refused", "signature_timeout"] == codes
    for number in range(3):
        proof = of_type(ends[number], SignatureExpired)
        assert proof.proofs[0].finalized_block_height > proof.last_valid_block_height
        assert SOL == left(desk, jobs[number][1])
    assert isinstance(fold(ends[1]), Stopped)
    found, state = of_type(ends[3], SignatureFound), fold(ends[3])
    assert isinstance(state, Completed)
    assert (found.signature, SOL - left(desk, jobs[3][1])) == (
        state.signature, state.lamports_spent,
    )  # fmt: skip


async def test_a_message_that_its_holder_signs_anew_and_sends_is_the_one_purchase(
    desk: Desk,
) -> None:
    """Both signatures are valid, and only one is known to us: the chain takes the first."""
    job_id, buyer = await desk.request_own()
    async with worker(desk.settings):
        request = await asked(desk, job_id)
        told, other = (
            signature_of(request.transaction, buyer),
            signature_of(request.transaction, buyer, drawn=True),
        )
        assert told != other
        await sends(desk, request.transaction, other)
        await desk.until_landed(other)
        await desk.journal.append(answer_to(request, told))
        history = await desk.until(job_id, *ENDS)
    state = fold(history)
    assert isinstance(state, Completed)
    assert (other, SOL - left(desk, buyer)) == (state.signature, state.lamports_spent)
    assert 1 == sum(event.type == "SignatureRequested" for event in history)


async def test_a_wallet_that_takes_its_time_holds_up_no_other_buy(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"max_in_flight": 1})
    waiting = [(await desk.request_own())[0] for _ in range(3)]
    async with worker(settings):
        for job_id in waiting:
            await asked(desk, job_id)
        job_id, _ = await desk.request()
        assert isinstance(fold(await desk.until(job_id, "BuyCompleted")), Completed)
        states = [fold(await desk.by_now(job_id)) for job_id in waiting]
        assert [Awaiting] * 3 == [type(state) for state in states]


async def test_without_its_ticket_no_wallet_is_asked(desk: Desk) -> None:
    job_id, stranger = SystemClock().new_id(), Keypair()
    await desk.chain.node.fund(stranger.pubkey(), SOL)
    order = desk.requested(job_id, str(stranger.pubkey()), SOL // 10)
    await desk.journal.append(order.model_copy(update={"custody": "client"}))
    async with worker(desk.settings):
        state = fold(await desk.until(job_id, *ENDS))
    assert isinstance(state, Failed)
    assert "key_unavailable" == state.code
