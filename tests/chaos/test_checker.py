"""The checker can fail: each promise, broken by hand, is reported, and an honest buy is not."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from buyqueue.buy.evolve import Evolution, evolve
from buyqueue.buy.state import Completed, Preparing, State
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyStopped, PhaseAdvanced
from buyqueue.log.record import Recorded
from tests.chaos.checker import broken
from tests.chaos.evidence import Asked, Broken, Evidence, Listened, OnChain, Projected
from tests.controls import events as make

SPENT = 104_044_280
ONE, TWO, _ = make.SIGNATURES
PHASES: list[Event] = [make.advanced(1), make.advanced(2), make.advanced(3)]
SIGNED: list[Event] = [make.requested(), *PHASES, make.quoted(), make.signed(), make.sent()]
BOUGHT: list[Event] = [*SIGNED, make.advanced(4), make.completed()]
ROW = (str(make.JOB), {"status": "completed"})


def evidence(history: Sequence[Event], landed: tuple[str, ...] = (), spent: int = 0) -> Evidence:
    log = [Recorded(event, 0, offset) for offset, event in enumerate(history)]
    asked = Asked(make.JOB, make.WALLET, 10**9)
    return Evidence([asked], log, {make.JOB: OnChain(landed, spent)})


def said(evidence: Evidence) -> list[tuple[str, str]]:
    return [(one.kind, one.what) for one in broken(evidence)]


HONEST = evidence(BOUGHT, (ONE,), SPENT)
STOPPED: list[Event] = [make.requested(), make.cancelled(), make.stopped()]
FAILED: list[Event] = [make.requested(), make.failed()]
EXPIRED_THEN_BOUGHT: list[Event] = [
    *SIGNED, make.expired(), make.quoted(2, make.QUOTES[1]),
    make.signed(2, TWO, make.QUOTES[1]), make.advanced(4), make.completed(2, TWO),
]  # fmt: skip


ANEW: list[Event] = [*BOUGHT, make.landed_anew()]
REVERTED: list[Event] = [*BOUGHT, make.reverted()]


@pytest.mark.parametrize(
    "honest",
    [
        HONEST,
        evidence(ANEW, (ONE,), 104_000_000),
        evidence(REVERTED),
        evidence(STOPPED),
        evidence(FAILED),
        evidence(EXPIRED_THEN_BOUGHT, (TWO,), SPENT),
    ],
)
def test_an_honest_history_breaks_nothing(honest: Evidence) -> None:
    assert [] == broken(honest)


@pytest.mark.parametrize(
    ("history", "landed", "spent", "expected"),
    [
        (BOUGHT, (ONE, TWO), SPENT, ("double", "2 transactions landed")),
        (EXPIRED_THEN_BOUGHT, (TWO, ONE), SPENT, ("double", "2 transactions landed")),
        (SIGNED, (), 0, ("lost", "no end: Signed")),
        (SIGNED, (ONE,), SPENT, ("lost", "no end: Signed")),
        ([], (), 0, ("lost", "no end: Absent")),
        (BOUGHT, (), SPENT, ("wrong", f"completed with {ONE}, and the chain has []")),
        (ANEW, (ONE,), SPENT, ("wrong", f"104000000 lamports recorded, {SPENT} spent")),
        (REVERTED, (ONE,), 0, ("wrong", f"taken back by a fork, and {[ONE]} landed")),
        (FAILED, (ONE,), 0, ("wrong", f"failed, and {[ONE]} landed")),
        (STOPPED, (ONE,), 0, ("wrong", f"cancelled, and {[ONE]} landed")),
        (BOUGHT, (ONE,), SPENT + 1, ("wrong", f"{SPENT} lamports recorded, {SPENT + 1} spent")),
        (
            [*SIGNED, make.failed(1, ONE)], (), 0,
            ("wrong", f"failed by the chain with {ONE}, which never landed"),
        ),
    ],
)  # fmt: skip
def test_a_history_that_the_chain_contradicts_is_reported(
    history: list[Event], landed: tuple[str, ...], spent: int, expected: tuple[str, str]
) -> None:
    assert [expected] == said(evidence(history, landed, spent))


def test_a_signature_of_two_jobs_is_reported() -> None:
    """The chain has it once, and each of the two took it for its own."""
    twin = UUID(int=1)
    log = [
        *HONEST.log,
        *(
            Recorded(event.model_copy(update={"job_id": twin}), 0, offset)
            for offset, event in enumerate(BOUGHT, start=len(BOUGHT))
        ),
    ]
    both = replace(
        HONEST,
        asked=[*HONEST.asked, Asked(twin, make.WALLET, 10**9)],
        log=log,
        chain=dict.fromkeys([make.JOB, twin], OnChain((ONE,), SPENT)),
    )
    assert [("wrong", f"signed what is {make.JOB}'s: {ONE}")] == said(both)


def test_a_second_end_is_reported() -> None:
    """The fold never accepts one, so the rule is shown with a fold that does."""

    def lenient(state: State, event: Event) -> Evolution:
        if isinstance(event, BuyStopped):
            return Evolution(state)
        return evolve(state, event)

    twice = evidence([*FAILED, make.stopped()])
    assert [Broken("wrong", make.JOB, "2 ends")] == broken(twice, lenient)


def test_a_phase_that_goes_back_is_reported() -> None:
    """The fold never goes back, so the rule is shown with a fold that does."""

    def forgetful(state: State, event: Event) -> Evolution:
        if isinstance(state, Preparing) and isinstance(event, PhaseAdvanced):
            return Evolution(replace(state, course=replace(state.course, phase=event.phase)))
        return evolve(state, event)

    back = evidence([make.requested(), *PHASES, make.advanced(1), make.failed()])
    assert [Broken("wrong", make.JOB, "phase 1 follows phase 3")] == broken(back, forgetful)


def test_an_end_that_is_none_is_reported() -> None:
    def reopening(state: State, event: Event) -> Evolution:
        if isinstance(state, Completed):
            return Evolution(Preparing(state.course))
        return evolve(state, event)

    found = broken(evidence([*BOUGHT, make.sent()], (ONE,), SPENT), reopening)
    assert [Broken("wrong", make.JOB, "Preparing after its end")] == found


def test_a_key_that_outlives_its_buy_is_reported() -> None:
    kept = replace(HONEST, keys=frozenset({make.JOB}))
    assert [("wrong", "its key is still in the vault")] == said(kept)


def test_a_row_that_is_not_the_fold_is_reported() -> None:
    expected = {"buys": dict([ROW]), "events": [(0, 0), (0, 1)]}
    same = replace(HONEST, projected=Projected(expected, expected))
    assert [] == broken(same)
    other = {"buys": {ROW[0]: {"status": "active"}}, "events": [(0, 0)]}
    assert [
        Broken("wrong", UUID(ROW[0]), "its row is not the fold of the log"),
        Broken("wrong", None, "events: 1 rows, 2 expected, or others"),
    ] == broken(replace(HONEST, projected=Projected(other, expected)))
    stray = {"buys": expected["buys"] | {str(UUID(int=1)): {}}, "events": expected["events"]}  # type: ignore[operator]
    assert [Broken("wrong", UUID(int=1), "its row is not the fold of the log")] == broken(
        replace(HONEST, projected=Projected(stray, expected))
    )


@pytest.mark.parametrize(
    ("heard", "what"),
    [
        ([0, 2], "1 missed, 0 repeated, 2 heard of 3"),
        ([0, 1, 1, 2], "0 missed, 1 repeated, 4 heard of 3"),
        ([0, 2, 1], "0 missed, 0 repeated, 3 heard of 3"),
    ],
)
def test_a_gap_a_repeat_and_a_swap_on_the_socket_are_reported(heard: list[int], what: str) -> None:
    name = "external_buy_progress"
    expected = {5: [(name, 5, cursor) for cursor in range(3)]}
    listened = Listened({5: [(name, 5, cursor) for cursor in heard]}, expected)
    assert [("wrong", f"socket, partition 5: {what}")] == said(replace(HONEST, listened=listened))
