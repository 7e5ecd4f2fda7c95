"""Any interleaving of workers, crashes, pauses, cancels, late landings and expiry."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from buyqueue.buy.evolve import Evolution, evolve
from buyqueue.buy.state import Signed, State
from buyqueue.events.codec import Event
from buyqueue.events.events import BuySigned
from tests.chaos.machine import Tally, machine
from tests.chaos.world import Variant

STEPS = 10_000
PLAYED = settings(
    max_examples=230,
    stateful_step_count=50,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
HUNTED = settings(PLAYED, max_examples=2_000)
"""A mutant is caught long before."""


def replaces_signature(state: State, event: Event) -> Evolution:
    """A fold in which the last signature wins, not the first."""
    if isinstance(state, Signed) and isinstance(event, BuySigned):
        last = event.last_valid_block_height
        changed = replace(state, signature=event.signature, last_valid_block_height=last)
        return Evolution(changed)
    return evolve(state, event)


def test_no_interleaving_buys_twice_or_contradicts_the_record() -> None:
    tally = Tally()
    run_state_machine_as_test(machine(Variant(), tally), settings=PLAYED)
    assert tally.steps >= STEPS
    seen = (tally.landed, tally.second_signatures, tally.proofs, tally.cancels, tally.reverted)
    assert min(seen) >= 10, f"the machine saw too little: {tally}"


@pytest.mark.parametrize(
    ("mutant", "caught"),
    [
        (Variant(fold=replaces_signature), "transactions of one buy landed|did not land"),
        (Variant(needs_proof=False), "transactions of one buy landed|and it landed"),
        (Variant(reads_back=False), "transactions of one buy landed|and it landed"),
    ],
    ids=["the last signature wins", "expiry without a proof", "sent before it is read back"],
)
def test_a_mutant_of_the_rules_is_caught(mutant: Variant, caught: str) -> None:
    with pytest.raises(AssertionError, match=caught):
        run_state_machine_as_test(machine(mutant, Tally()), settings=HUNTED)
