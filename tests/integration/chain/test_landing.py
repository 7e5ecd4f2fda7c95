"""Landing on a chain that answers badly: an RPC error is never an outcome."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.solana.faults import Fault
from streams.chain.expiry import Alive, Dead, Unproven, examine
from streams.chain.landing import Accepted, Flight, Landed, Outcome, Overdue
from tests.integration.chain.conftest import MARGIN, SOL, Bench


async def while_slots_pass(bench: Bench, flight: Flight, *urls: str) -> Outcome:
    """Follow a flight while the chain moves on."""
    following = asyncio.create_task(bench.landing(*urls).follow(flight))
    while not following.done():
        await asyncio.sleep(0.05)
        bench.node.advance(1)
    return following.result()


async def test_sent_then_landed_with_the_exact_change_of_the_wallet(bench: Bench) -> None:
    flight = await bench.flight()
    accepted = await bench.landing().follow(flight)
    assert isinstance(accepted, Accepted)
    landed = await while_slots_pass(bench, replace(flight, sent=True))
    assert isinstance(landed, Landed)
    fill = landed.fill
    left = bench.node.chain.bank("confirmed").lamports(bench.buyer.pubkey())
    assert 2 * SOL - left == fill.lamports_spent
    fees = fill.fees.network + fill.fees.priority + fill.fees.rent
    assert SOL // 10 + fees == fill.lamports_spent
    assert (fill.error, fill.fees.network) == (None, 10_000)
    assert 0 < fill.fees.priority <= 20_000


@pytest.mark.parametrize(
    "fault",
    [
        Fault("http", method="sendTransaction", status=503, after=True),
        Fault("rpc", method="sendTransaction", code=-32005, message="behind", after=True),
        Fault("reset", method="sendTransaction", after=True),
        Fault("drop", method="sendTransaction", times=3),
        Fault("http", method="getSignatureStatuses", times=5),
        Fault("rpc", method="getTransaction", times=3),
        Fault("delay", method="sendTransaction", slots=10),
    ],
    ids=["503 after", "rpc error after", "cut after", "drop", "429", "no meta yet", "delay"],
)
async def test_it_lands_once_whatever_the_node_answers(bench: Bench, fault: Fault) -> None:
    flight = replace(await bench.flight(), sent=True)
    bench.node.faults.add(fault)
    assert isinstance(await while_slots_pass(bench, flight), Landed)
    spent = 2 * SOL - bench.node.chain.bank("confirmed").lamports(bench.buyer.pubkey())
    assert spent < SOL // 5


async def test_what_can_land_no_more_is_overdue_then_proven_dead(bench: Bench) -> None:
    bench.node.faults.add(Fault("drop", method="sendTransaction"))
    flight = replace(await bench.flight(), sent=True)
    bench.node.advance(150 + MARGIN + 3)
    assert isinstance(await bench.landing().follow(flight), Overdue)
    bench.node.advance(40)
    dead = await bench.landing().follow(replace(flight, undecided=True))
    assert isinstance(dead, Dead)
    proof = dead.proofs[0]
    assert proof.finalized_block_height > flight.last_valid_block_height + 1 + MARGIN
    assert proof.searched_at_slot >= proof.finalized_slot


async def test_a_late_landing_is_found_by_the_proof_itself(bench: Bench) -> None:
    flight = replace(await bench.flight(), sent=True)
    await bench.send(flight)
    bench.node.advance(400)
    verdict = await examine(bench.nodes(), flight.signature, flight.last_valid_block_height, MARGIN)
    assert isinstance(verdict, Alive)
    assert isinstance(await bench.landing().follow(flight), Landed)


async def test_one_node_that_lags_or_fails_leaves_it_unproven(bench: Bench) -> None:
    flight = await bench.flight()
    lagging = await bench.node.add_view(lag_slots=120)
    bench.node.advance(220)
    urls = (bench.node.url, lagging.url)
    last_valid = flight.last_valid_block_height
    assert isinstance(await examine(bench.nodes(), flight.signature, last_valid, MARGIN), Dead)
    both = await examine(bench.nodes(*urls), flight.signature, last_valid, MARGIN)
    assert isinstance(both, Unproven)
    lagging.view.lag_slots = 0
    lagging.view.faults.add(Fault("http", status=500, times=1))
    down = await examine(bench.nodes(*urls), flight.signature, last_valid, MARGIN)
    assert isinstance(down, Unproven)
    all_well = await examine(bench.nodes(*urls), flight.signature, last_valid, MARGIN)
    assert isinstance(all_well, Dead)
    assert len(all_well.proofs) == 2


async def test_a_node_that_hangs_does_not_hold_up_the_other(bench: Bench) -> None:
    hanging = await bench.node.add_view()
    hanging.view.faults.add(Fault("hang", method="sendTransaction"))
    flight = replace(await bench.flight(), sent=True)
    started = asyncio.get_running_loop().time()
    landed = await while_slots_pass(bench, flight, hanging.url, bench.node.url)
    assert isinstance(landed, Landed)
    assert asyncio.get_running_loop().time() - started < 1.0


async def test_a_landed_transaction_that_the_chain_failed_says_so(bench: Bench) -> None:
    """Two buys that the wallet cannot both pay: the second lands as a failure and is charged."""
    first = replace(await bench.flight(bench.order(lamports=SOL)), sent=True)
    second = replace(await bench.flight(bench.order(lamports=SOL + 1)), sent=True)
    assert isinstance(await while_slots_pass(bench, first), Landed)
    outcome = await while_slots_pass(bench, second)
    assert isinstance(outcome, Landed)
    assert outcome.fill.error is not None
    charged = outcome.fill.fees.network + outcome.fill.fees.priority
    assert (charged, 0) == (outcome.fill.lamports_spent, outcome.fill.tokens_received)
