"""Any interleaving of workers, crashes, pauses, cancels, late landings and expiry."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from buyqueue.buy.evolve import Evolution, evolve
from buyqueue.buy.state import Awaiting, Preparing, Signed, State, Stopping
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyCancelled, BuySigned
from buyqueue.events.signatures import SignatureAnswered
from streams.ahead import MAY_RUN_AHEAD
from tests.chaos.ghost_machine import ghost_machine
from tests.chaos.machine import Tally, machine
from tests.chaos.wallet_machine import wallet_machine
from tests.chaos.world import Variant

STEPS = 10_000
ENOUGH = 10
Made = Callable[[Variant, Tally], type[Any]]

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


def refusal_ends_it(state: State, event: Event) -> Evolution:
    """A fold that takes a refusal's word and asks anew."""
    match state, event:
        case Awaiting(), SignatureAnswered(signature=None):
            return Evolution(Preparing(replace(state.course, attempt=state.course.attempt + 1)))
    return evolve(state, event)


def cancel_ends_it(state: State, event: Event) -> Evolution:
    """A fold in which a cancel wins while the wallet holds a transaction."""
    if isinstance(state, Awaiting) and isinstance(event, BuyCancelled):
        return Evolution(Stopping(state.course))
    return evolve(state, event)


def play(made: Made, variant: Variant, seen: Callable[[Tally], Iterable[int]]) -> None:
    """Play until the machine has seen each thing ten times, five times as long at most.

    NB: what Hypothesis chooses depends on which modules are loaded, for all its seeds.
    """
    tally = Tally()
    for number in range(5):
        run_state_machine_as_test(seed(number)(made(variant, tally)), settings=PLAYED)
        if min(seen(tally)) >= ENOUGH:
            break
    assert tally.steps >= STEPS
    assert min(seen(tally)) >= ENOUGH, f"the machine saw too little: {tally}"


def ends(tally: Tally) -> list[int]:
    t = tally
    return [t.landed, t.second_signatures, t.proofs, t.cancels, t.reverted]


def test_no_interleaving_buys_twice_or_contradicts_the_record() -> None:
    play(machine, Variant(), ends)


def test_no_interleaving_with_users_wallets_buys_twice_or_contradicts_the_record() -> None:
    """The wallet's holder signs, refuses, is late, signs anew, and sends alone, at any time."""
    play(
        wallet_machine,
        Variant(custody="client"),
        lambda t: [*ends(t), t.found, t.refused, t.timed_out],
    )


def test_no_interleaving_with_repeated_requests_and_forgotten_buys_buys_twice() -> None:
    """A worker may take for signed what has ended: it reads from a mark."""
    play(ghost_machine, Variant(), lambda t: [*ends(t), t.ghosts])


@pytest.mark.parametrize(
    ("mutant", "caught"),
    [
        (
            Variant(fold=refusal_ends_it, custody="client"),
            "transactions of one buy landed|and it landed",
        ),
        (
            Variant(fold=cancel_ends_it, custody="client"),
            "transactions of one buy landed|and it landed",
        ),
        (
            Variant(knows_messages=False, custody="client"),
            "transactions of one buy landed|and it landed|did not land",
        ),
        (
            Variant(needs_proof=False, custody="client"),
            "transactions of one buy landed|and it landed",
        ),
        (
            Variant(fold=replaces_signature),
            "transactions of one buy landed|did not land|and it landed",
        ),
        (Variant(needs_proof=False), "transactions of one buy landed|and it landed"),
        (Variant(reads_back=False), "transactions of one buy landed|and it landed"),
        (
            Variant(runs_ahead=(*MAY_RUN_AHEAD, BuySigned)),
            "transactions of one buy landed|did not land|and it landed",
        ),
        (Variant(needs_ticket=False), "transactions of one buy landed|another one landed"),
    ],
    ids=[
        "a refusal ends what was asked for",
        "a cancel ends what was asked for",
        "only the known signature is looked for",
        "a request expires without a proof",
        "the last signature wins",
        "expiry without a proof",
        "sent before it is read back",
        "a signature runs ahead",
        "what has ended is sent",
    ],
)
def test_a_mutant_of_the_rules_is_caught(mutant: Variant, caught: str) -> None:
    made: Made = wallet_machine if mutant.custody == "client" else machine
    if not mutant.needs_ticket:
        made = ghost_machine
    with pytest.raises(AssertionError, match=caught):
        run_state_machine_as_test(made(mutant, Tally()), settings=HUNTED)
