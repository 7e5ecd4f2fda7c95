"""Tips, and senders beside the nodes: handed the same bytes, and asked for nothing else."""

import asyncio
from dataclasses import replace
from uuid import UUID

from buyqueue.clock import SystemClock
from buyqueue.rpc import RpcNode
from sandbox.solana.faults import Fault
from streams.chain.flight import Accepted, Flight, Landed
from streams.chain.landing import Landing, LandingRules
from streams.chain.statuses import StatusBoard
from streams.chain.tips import NO_TIP, Tip
from streams.chain.transactions import read_unsigned, with_signature
from tests.integration.chain.conftest import MARGIN, SOL, Bench
from tests.integration.chain.hostile import SPENT, Stage, set_up
from tests.integration.chain.sender import Sender

TIP = 1_000_000


def flight_of(stage: Stage, tip: int) -> Flight:
    unsigned = read_unsigned(stage.transaction(stage.fair(), tip=tip), str(stage.wallet))
    signed = with_signature(unsigned, bytes(stage.bench.buyer.sign_message(unsigned.message_bytes)))
    return Flight(
        signature=signed.signature,
        transaction=signed.base64,
        last_valid_block_height=10**9,
        wallet=str(stage.wallet),
        mint=str(stage.token.mint),
        sent=False,
        undecided=False,
    )


def landing_of(stage: Stage, sender: Sender) -> Landing:
    nodes, clock = stage.bench.nodes(), SystemClock()
    tips = frozenset({str(stage.thief.pubkey())})
    rules = LandingRules(resend_ms=50, margin_blocks=MARGIN, tip_accounts=tips)
    senders = [RpcNode(stage.bench.session, sender.url, 1_000)]
    return Landing(nodes, StatusBoard(nodes, clock, 20), clock, rules, senders)


async def landed(stage: Stage, sender: Sender, tip: int) -> Landed:
    flight, landing = flight_of(stage, tip), landing_of(stage, sender)
    first = await landing.follow(flight)
    assert isinstance(first, Accepted)
    following = asyncio.create_task(landing.follow(replace(flight, sent=True)))
    while not following.done():
        await asyncio.sleep(0.05)
        stage.bench.node.advance(1)
    outcome = following.result()
    assert isinstance(outcome, Landed)
    return outcome


async def test_a_sender_alone_lands_a_tipped_buy_and_the_fill_names_the_tip(bench: Bench) -> None:
    stage = set_up(bench, 0)
    bench.node.faults.add(Fault("http", method="sendTransaction", status=503))
    sender = Sender(bench.node.chain, str(stage.thief.pubkey()), TIP)
    async with sender.serving():
        fill = (await landed(stage, sender, TIP)).fill
    assert {"sendTransaction"} == set(sender.asked)
    assert (TIP, SPENT, []) == (fill.fees.tip, fill.price_lamports, sender.errors)
    fees = fill.fees
    parts = (fees.network, fees.priority, fees.rent, fees.tip, fees.protocol)
    assert fill.lamports_spent == fill.price_lamports + sum(parts)


async def test_a_sender_that_wants_more_is_no_reason_to_fail(bench: Bench) -> None:
    stage = set_up(bench, 0)
    sender = Sender(bench.node.chain, str(stage.thief.pubkey()), TIP)
    async with sender.serving():
        fill = (await landed(stage, sender, TIP - 1)).fill
    assert (TIP - 1, {-1013}) == (fill.fees.tip, set(sender.errors))


def test_buys_take_turns_at_the_tip_accounts() -> None:
    tip = Tip(TIP, ("a", "b", "c"))
    assert ["a", "b", "c", "a"] == [tip.account_for(UUID(int=number)) for number in range(3, 7)]
    assert NO_TIP.account_for(UUID(int=SOL)) is None
