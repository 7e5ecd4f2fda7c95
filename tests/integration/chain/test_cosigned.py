"""A market maker that signs after the wallet: it may complete a buy, and never decides about it."""

import asyncio
from dataclasses import replace

import pytest

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import Refused
from sandbox.solana.faults import Fault
from streams.chain.expiry import Dead
from streams.chain.flight import Accepted, Flight, Landed, Overdue
from streams.chain.history import final_slot
from streams.chain.landing import Landing, LandingRules
from streams.chain.statuses import StatusBoard
from streams.chain.transactions import read_unsigned, with_signature
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.execution import JupiterExecution
from tests.integration.chain.conftest import MARGIN, SOL, Bench


def allowing(bench: Bench) -> Order:
    return replace(bench.order(), co_signer=True)


def landing(bench: Bench) -> Landing:
    nodes, clock = bench.nodes(), SystemClock()
    api = JupiterApi(bench.session, bench.jupiter.url, None, clock)
    rules = LandingRules(resend_ms=50, margin_blocks=MARGIN)
    board = StatusBoard(nodes, clock, 20)
    return Landing(nodes, board, clock, rules, (), JupiterExecution(api))


async def half_signed(bench: Bench) -> Flight:
    order = allowing(bench)
    offer = await bench.platform.offer(order)
    unsigned = read_unsigned(offer.transaction, order.wallet, lacking=1)
    signed = with_signature(unsigned, bytes(bench.buyer.sign_message(unsigned.message_bytes)))
    return Flight(
        signature=signed.signature,
        transaction=signed.base64,
        last_valid_block_height=offer.last_valid_block_height,
        wallet=order.wallet,
        mint=order.mint,
        sent=True,
        undecided=False,
        request_id=offer.executed_as,
        searched_from=await final_slot(bench.nodes()),
    )


async def followed(bench: Bench, flight: Flight) -> object:
    following = asyncio.create_task(landing(bench).follow(flight))
    while not following.done():
        await asyncio.sleep(0.05)
        bench.node.advance(1)
    return following.result()


async def test_a_maker_completes_it_and_it_lands_under_the_wallets_signature(bench: Bench) -> None:
    bench.jupiter.rfq = "taker_pays"
    flight = await half_signed(bench)
    assert isinstance(await landing(bench).follow(replace(flight, sent=False)), Accepted)
    outcome = await followed(bench, flight)
    assert isinstance(outcome, Landed)
    assert flight.signature == outcome.transaction["transaction"]["signatures"][0]
    assert SOL // 10 == outcome.fill.price_lamports


async def test_it_passes_the_guard_and_is_not_taken_for_complete(bench: Bench) -> None:
    bench.jupiter.rfq = "taker_pays"
    order = allowing(bench)
    offer = await bench.platform.offer(order)
    assert offer.executed_as
    await bench.check(offer, order)
    with pytest.raises(Refused, match="is missing or wrong"):
        read_unsigned(offer.transaction, order.wallet)


async def test_a_maker_that_would_sign_first_is_passed_over(bench: Bench) -> None:
    """Its signature would name the transaction, and is not known before it is sent."""
    bench.jupiter.rfq = "maker_pays"
    order = allowing(bench)
    offer = await bench.platform.offer(order)
    assert "" == offer.executed_as
    assert "metis" in offer.figures.reason
    await bench.check(offer, order)


async def test_without_leave_nobody_else_is_asked(bench: Bench) -> None:
    bench.jupiter.rfq = "taker_pays"
    offer = await bench.platform.offer(bench.order())
    assert ("", True) == (offer.executed_as, "metis" in offer.figures.reason)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("http", method="execute", status=500, after=True),
        Fault("reset", method="execute", after=True),
    ],
    ids=["500", "reset"],
)
async def test_an_answer_that_is_lost_after_it_landed_is_no_outcome(
    bench: Bench, fault: Fault
) -> None:
    bench.jupiter.rfq = "taker_pays"
    bench.jupiter.faults.add(fault)
    assert isinstance(await followed(bench, await half_signed(bench)), Landed)


async def test_a_maker_that_never_signs_leaves_it_unknown_until_its_death_is_proven(
    bench: Bench,
) -> None:
    bench.jupiter.rfq = "taker_pays"
    flight = await half_signed(bench)
    bench.jupiter.faults.add(Fault("http", method="execute", status=500))
    bench.node.advance(158)
    assert isinstance(await followed(bench, flight), Overdue | Dead)
    bench.node.advance(60)
    assert isinstance(await followed(bench, replace(flight, undecided=True)), Dead)


async def test_what_a_fork_drops_is_handed_to_the_maker_again(bench: Bench) -> None:
    bench.jupiter.rfq = "taker_pays"
    flight = await half_signed(bench)
    await landing(bench).follow(replace(flight, sent=False))
    first = await followed(bench, flight)
    assert isinstance(first, Landed)
    bench.node.chain.roll_back(3, requeue=False)
    settling = asyncio.create_task(landing(bench).settle(flight, first.fill.slot))
    async with asyncio.timeout(20):
        while not settling.done():
            await asyncio.sleep(0.05)
            bench.node.advance(1)
        again = await settling
    assert isinstance(again, Landed)
    assert again.fill.slot > first.fill.slot
