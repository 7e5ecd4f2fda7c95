"""A node that does not hold what it is asked for says null, and proves nothing.

A buy lands; the node begins anew from a snapshot that is younger, so its history begins late, or,
with the old one still on its disk, has a hole.
"""

from dataclasses import replace

import pytest

from sandbox.solana.faults import Fault
from sandbox.solana.ledger.blocks import FIRST_SLOT
from streams.chain.expiry import Alive, Dead, Elsewhere, Unproven, Verdict, examine
from streams.chain.flight import Flight
from streams.chain.sought import sought
from tests.integration.chain.conftest import MARGIN, Bench, lifetime_of

LATER = 500
"""Slots after which a node has forgotten a status that it does not search for."""


async def judged(bench: Bench, flight: Flight, *urls: str) -> Verdict:
    lifetime = lifetime_of(flight)
    return await examine(bench.nodes(*urls), flight.signature, lifetime, MARGIN)


async def judged_by_message(bench: Bench, flight: Flight) -> Verdict:
    assert flight.searched_from is not None
    lifetime = lifetime_of(flight)
    wanted = sought(flight.transaction, flight.wallet, flight.searched_from)
    return await examine(bench.nodes(), None, lifetime, MARGIN, wanted)


async def landed(bench: Bench) -> Flight:
    """Land a buy on a chain that is old enough, and let the node forget its status."""
    bench.node.advance(400)
    flight = await bench.flight()
    await bench.send(flight)
    bench.node.advance(LATER)
    return flight


def lacking(bench: Bench, flight: Flight, *, late: bool) -> range:
    """Lack everything up to well after the landing, or only some slots around it."""
    record = bench.node.chain.bank("confirmed").record(flight.signature)
    assert record is not None
    return range(FIRST_SLOT if late else record.slot - 2, record.slot + 60)


@pytest.mark.parametrize("late", [True, False], ids=["late first block", "hole"])
async def test_a_history_that_is_not_whole_proves_nothing(bench: Bench, late: bool) -> None:  # noqa: FBT001
    flight = await landed(bench)
    assert isinstance(await judged(bench, flight), Alive)
    assert Elsewhere(flight.signature) == await judged_by_message(bench, flight)
    bench.node.main.view.lacks = lacking(bench, flight, late=late)
    older = replace(flight, searched_from=None)
    for verdict in [
        await judged(bench, flight),
        await judged(bench, older),
        await judged_by_message(bench, flight),
    ]:
        assert isinstance(verdict, Unproven)
        assert "history" in verdict.reason or "skipped" in verdict.reason


async def test_the_word_of_a_node_with_a_hole_is_not_outweighed_by_another(bench: Bench) -> None:
    """The others did not see it land, as they were told of nothing."""
    flight = await landed(bench)
    other = await bench.node.add_view()
    other.view.lacks = bench.node.main.view.lacks = lacking(bench, flight, late=False)
    urls = (bench.node.url, other.url)
    assert isinstance(await judged(bench, flight, *urls), Unproven)
    other.view.lacks = range(0)
    assert isinstance(await judged(bench, flight, *urls), Alive)


@pytest.mark.parametrize("skip_rate", [0.0, 0.3], ids=["each slot", "slots skipped"])
async def test_what_never_landed_is_dead_by_a_whole_history(bench: Bench, skip_rate: float) -> None:
    bench.node.chain.knobs.skip_rate = skip_rate
    bench.node.advance(600)
    flight = await bench.flight()
    bench.node.advance(LATER)
    assert isinstance(await judged(bench, flight), Dead)
    assert isinstance(await judged(bench, replace(flight, searched_from=None)), Dead)
    assert isinstance(await judged_by_message(bench, flight), Dead)


async def test_a_hole_after_its_lifetime_does_not_keep_it_from_being_dead(bench: Bench) -> None:
    bench.node.advance(400)
    flight = await bench.flight()
    bench.node.advance(LATER)
    tip = bench.node.chain.tip
    past = tip.slot - (tip.height - flight.last_valid_block_height) + 10
    bench.node.main.view.lacks = range(past, past + 50)
    assert isinstance(await judged(bench, flight), Dead)


async def test_a_node_that_does_not_tell_of_its_blocks_proves_nothing(bench: Bench) -> None:
    flight = await bench.flight()
    bench.node.advance(LATER)
    bench.node.faults.add(Fault("rpc", method="getBlock", code=-32601, message="Method not found"))
    assert isinstance(await judged(bench, flight), Unproven)
