"""Landing on a chain that answers badly: an RPC error is never an outcome."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.solana.faults import Fault
from streams.chain import landing as landings
from streams.chain.expiry import Alive, Dead, Elsewhere, Unproven, examine
from streams.chain.flight import Accepted, Flight, Landed, Outcome, Overdue, Settled
from tests.integration.chain.conftest import MARGIN, SOL, Bench, lifetime_of


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
    assert (SOL // 10, SOL // 10 + fees) == (fill.price_lamports, fill.lamports_spent)
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


async def test_without_any_node_the_outcome_is_unknown_by_the_clock(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is only said: sent it is on, and what a node knows once it answers still counts."""
    monkeypatch.setattr(landings, "BLIND_S", 0.5)
    monkeypatch.setattr(landings, "HEIGHT_EVERY_S", 0.1)
    flight = replace(await bench.flight(), sent=True)
    away = bench.node.faults.add(Fault("http", status=503))
    async with asyncio.timeout(10):
        assert isinstance(await bench.landing().follow(flight), Overdue)
    following = asyncio.create_task(bench.landing().follow(replace(flight, undecided=True)))
    await asyncio.sleep(1.0)
    assert not following.done()
    bench.node.faults.remove(away)
    while not following.done():
        await asyncio.sleep(0.05)
        bench.node.advance(1)
    assert isinstance(following.result(), Landed)


async def test_a_late_landing_is_found_by_the_proof_itself(bench: Bench) -> None:
    flight = replace(await bench.flight(), sent=True)
    await bench.send(flight)
    bench.node.advance(400)
    verdict = await examine(bench.nodes(), flight.signature, lifetime_of(flight), MARGIN)
    assert isinstance(verdict, Alive)
    assert isinstance(await bench.landing().follow(flight), Landed)


async def test_one_node_that_lags_or_fails_leaves_it_unproven(bench: Bench) -> None:
    flight = await bench.flight()
    lagging = await bench.node.add_view(lag_slots=120)
    bench.node.advance(220)
    urls = (bench.node.url, lagging.url)
    lives = lifetime_of(flight)
    assert isinstance(await examine(bench.nodes(), flight.signature, lives, MARGIN), Dead)
    both = await examine(bench.nodes(*urls), flight.signature, lives, MARGIN)
    assert isinstance(both, Unproven)
    lagging.view.lag_slots = 0
    lagging.view.faults.add(Fault("http", status=500, times=1))
    down = await examine(bench.nodes(*urls), flight.signature, lives, MARGIN)
    assert isinstance(down, Unproven)
    all_well = await examine(bench.nodes(*urls), flight.signature, lives, MARGIN)
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


async def landed_and_forked(
    bench: Bench, flight: Flight, blocks: int, *, requeue: bool
) -> tuple[Landed, asyncio.Task[Settled | Landed | Dead | Elsewhere]]:
    """Land it, take back that many blocks, and begin to wait for its finality."""
    first = await while_slots_pass(bench, replace(flight, sent=True))
    assert isinstance(first, Landed)
    bench.node.chain.roll_back(blocks, requeue=requeue)
    settling = bench.landing().settle(flight, first.fill.slot)
    return first, asyncio.create_task(settling)


async def while_it_settles(
    bench: Bench, settling: asyncio.Task[Settled | Landed | Dead | Elsewhere], slots: int
) -> Settled | Landed | Dead | Elsewhere:
    async with asyncio.timeout(20):
        while not settling.done():
            await asyncio.sleep(0.05)
            bench.node.advance(slots)
        return await settling


async def test_a_landed_transaction_settles_where_it_landed(bench: Bench) -> None:
    flight = await bench.flight()
    landed = await while_slots_pass(bench, replace(flight, sent=True))
    assert isinstance(landed, Landed)
    settling = asyncio.create_task(bench.landing().settle(flight, landed.fill.slot))
    assert Settled(landed.fill.slot) == await while_it_settles(bench, settling, 1)


async def test_what_a_fork_drops_is_sent_again_and_its_new_figures_are_told(bench: Bench) -> None:
    flight = await bench.flight()
    bench.node.advance(5)
    first, settling = await landed_and_forked(bench, flight, 3, requeue=False)
    found = await while_it_settles(bench, settling, 1)
    assert isinstance(found, Landed)
    assert found.fill.slot > first.fill.slot
    left = bench.node.chain.bank("finalized").lamports(bench.buyer.pubkey())
    assert 2 * SOL - left == found.fill.lamports_spent


async def test_what_a_fork_takes_with_its_blockhash_is_proven_dead(bench: Bench) -> None:
    bench.node.advance(31)
    flight = await bench.flight()
    _, settling = await landed_and_forked(bench, flight, 30, requeue=True)
    found = await while_it_settles(bench, settling, 20)
    assert isinstance(found, Dead)
    assert found.proofs[0].finalized_block_height > flight.last_valid_block_height + 1 + MARGIN
    assert 2 * SOL == bench.node.chain.bank("finalized").lamports(bench.buyer.pubkey())


async def test_a_failure_that_is_not_final_is_no_outcome(bench: Bench) -> None:
    """A fork that drops it may land it well after all: here the other buy is dropped for good."""
    first = replace(await bench.flight(bench.order(lamports=SOL)), sent=True)
    second = replace(await bench.flight(bench.order(lamports=SOL + 1)), sent=True)
    bench.node.advance(5)
    assert isinstance(await while_slots_pass(bench, first), Landed)
    await bench.send(second)
    bench.node.advance(3)
    following = asyncio.create_task(bench.landing().follow(second))
    await asyncio.sleep(0.5)
    assert not following.done()
    bench.node.chain.roll_back(7, requeue=False)
    while not following.done():
        await asyncio.sleep(0.05)
        bench.node.advance(1)
    landed = following.result()
    assert isinstance(landed, Landed)
    assert landed.fill.error is None
