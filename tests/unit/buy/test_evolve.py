"""Histories and what they fold to."""

from collections.abc import Callable

import pytest

from buyqueue.buy.evolve import evolve, fold
from buyqueue.buy.next_step import GiveUp, next_step
from buyqueue.buy.state import (
    Absent,
    Completed,
    Failed,
    Preparing,
    Quoted,
    Signed,
    Stopped,
    Stopping,
)
from buyqueue.errors import Code
from buyqueue.events.codec import Event
from tests.controls import events as e

IN_PHASE_3: list[Event] = [e.requested(), e.advanced(1), e.advanced(2), e.advanced(3)]
QUOTED: list[Event] = [*IN_PHASE_3, e.quoted()]
SIGNED: list[Event] = [*QUOTED, e.signed(), e.sent()]
EXPIRED: list[Event] = [*SIGNED, e.expired()]

STATES: list[tuple[list[Event], type]] = [
    ([], Absent),
    ([e.requested()], Preparing),
    (QUOTED, Quoted),
    (SIGNED, Signed),
    (EXPIRED, Preparing),
    ([*SIGNED, e.completed()], Completed),
    ([*SIGNED, e.failed(signature=e.SIGNATURES[0])], Failed),
    ([*SIGNED, e.completed(), e.reverted()], Failed),
    ([*SIGNED, e.completed(), e.landed_anew()], Completed),
    ([*QUOTED, e.failed()], Failed),
    ([*QUOTED, e.cancelled()], Stopping),
    ([*SIGNED, e.cancelled(), e.expired()], Stopping),
    ([*QUOTED, e.cancelled(), e.stopped()], Stopped),
]


@pytest.mark.parametrize(("history", "expected"), STATES)
def test_a_history_folds_to_its_state(history: list[Event], expected: type) -> None:
    assert expected is type(fold(history))


IGNORED: list[tuple[list[Event], Event, str]] = [
    ([], e.cancelled(), "no such buy was requested"),
    ([e.requested()], e.requested(), "already requested"),
    (IN_PHASE_3, e.signed(), "nothing is quoted in this attempt"),
    (IN_PHASE_3, e.quoted(2), "attempt 2 is not the current one, 1"),
    ([*QUOTED, e.quoted(quote=e.QUOTES[1])], e.signed(), "signed for a quote that was replaced"),
    (SIGNED, e.signed(signature=e.SIGNATURES[1]), "this attempt is already signed"),
    (SIGNED, e.failed(), "signed: only the chain can fail it now"),
    (SIGNED, e.attempt_failed(), "signed: only the chain can fail it now"),
    (SIGNED, e.completed(signature=e.SIGNATURES[1]), "another transaction"),
    (SIGNED, e.expired(signature=e.SIGNATURES[1]), "another transaction"),
    (SIGNED, e.stopped(), "a transaction is under way"),
    ([*SIGNED, e.cancelled()], e.cancelled(), "a cancel is already pending"),
    ([*QUOTED, e.cancelled()], e.signed(), "already cancelled"),
    ([*SIGNED, e.completed()], e.failed(), "already completed"),
    ([*QUOTED, e.failed()], e.completed(), "already failed"),
    (SIGNED, e.reverted(), "a transaction is under way"),
    ([*SIGNED, e.completed()], e.reverted(e.SIGNATURES[1]), "another transaction"),
    ([*SIGNED, e.completed(), e.finalized()], e.reverted(), "already finalized"),
    ([*SIGNED, e.completed(), e.reverted()], e.finalized(), "already failed"),
    ([e.requested(), e.advanced(1)], e.advanced(1), "phase 1 is already reached"),
    ([e.requested()], e.advanced(3), "phase 3 cannot follow phase 0 here"),
    (QUOTED, e.advanced(4), "phase 4 cannot follow phase 3 here"),
    (EXPIRED, e.completed(), "nothing is signed in this attempt"),
]


@pytest.mark.parametrize(("history", "late", "reason"), IGNORED)
def test_what_comes_late_is_ignored_with_a_reason(
    history: list[Event], late: Event, reason: str
) -> None:
    before = fold(history)
    assert (before, reason) == evolve(before, late)


def test_a_new_attempt_may_be_signed_only_after_the_proof() -> None:
    second: list[Event] = [e.quoted(2, e.QUOTES[1]), e.signed(2, e.SIGNATURES[1], e.QUOTES[1])]
    without, with_proof = fold([*SIGNED, *second]), fold([*EXPIRED, *second])
    assert isinstance(without, Signed)
    assert isinstance(with_proof, Signed)
    assert e.SIGNATURES[:2] == (without.signature, with_proof.signature)


def test_a_cancel_wins_before_a_signature_and_waits_after_it() -> None:
    late = fold([*SIGNED, e.cancelled()])
    assert isinstance(fold([*QUOTED, e.cancelled(), e.signed()]), Stopping)
    assert isinstance(late, Signed)
    assert late.cancel_pending


@pytest.mark.parametrize("make", [e.undecided, e.sent])
def test_recording_twice_changes_nothing(make: Callable[[], Event]) -> None:
    once = fold([*QUOTED, e.signed(), make()])
    assert once == evolve(once, make()).state


def test_a_landing_elsewhere_replaces_the_figures_and_a_dropped_one_is_no_purchase() -> None:
    anew = fold([*SIGNED, e.completed(), e.landed_anew()])
    assert isinstance(anew, Completed)
    assert (True, 1_300, 104_000_000, 999_000) == (
        anew.finalized, anew.slot, anew.lamports_spent, anew.tokens_received,
    )  # fmt: skip
    dropped = fold([*SIGNED, e.completed(), e.reverted()])
    assert isinstance(dropped, Failed)
    assert ("transaction_dropped", None) == (dropped.code, dropped.signature)


def test_a_completed_buy_still_names_who_signed_last() -> None:
    signed = e.signed().model_copy(update={"request_id": "r-1"})
    state = fold([*QUOTED, signed, e.completed()])
    assert isinstance(state, Completed)
    assert "r-1" == state.request_id


@pytest.mark.parametrize("history", [[e.requested()], IN_PHASE_3, QUOTED, EXPIRED])
def test_an_order_that_is_too_old_is_given_up_until_it_is_signed(history: list[Event]) -> None:
    due = next_step(fold(history), 3, too_old=True)
    assert isinstance(due, GiveUp)
    assert Code.ORDER_TOO_OLD == due.code
    for signed in (SIGNED, [*SIGNED, e.cancelled()], [*QUOTED, e.cancelled()]):
        state = fold(signed)
        assert next_step(state, 3) == next_step(state, 3, too_old=True)
