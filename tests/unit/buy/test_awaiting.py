"""Buys that wait for their user's own wallet."""

import pytest

from buyqueue.buy.decide import CancelBuy, Stamp, decide
from buyqueue.buy.evolve import evolve, fold
from buyqueue.buy.next_step import (
    AwaitSignature,
    GiveUp,
    LandBuy,
    QuoteBuy,
    RecordSignature,
    RequestSignature,
    Step,
    StopBuy,
    next_step,
)
from buyqueue.buy.state import Awaiting, Completed, Failed, Preparing, Signed, State, Stopping
from buyqueue.contract.status import status_of
from buyqueue.errors import Code
from buyqueue.events.codec import Event
from tests.controls import events as e
from tests.controls import signatures as own

QUOTED: list[Event] = [
    e.requested(custody="client"), e.advanced(1), e.advanced(2), e.advanced(3), e.quoted(),
]  # fmt: skip
ASKED: list[Event] = [*QUOTED, own.signature_requested()]
SIGNED: list[Event] = [*ASKED, own.signature_answered(), own.signed_by_wallet()]
REFUSED: list[Event] = [*ASKED, own.signature_answered(signature=None)]
OTHER = e.SIGNATURES[1]

STATES: list[tuple[list[Event], type]] = [
    (ASKED, Awaiting),
    ([*ASKED, own.signature_answered()], Awaiting),
    (SIGNED, Signed),
    (REFUSED, Awaiting),
    ([*ASKED, e.cancelled()], Awaiting),
    ([*ASKED, own.signature_expired()], Preparing),
    ([*REFUSED, own.signature_expired()], Preparing),
    ([*ASKED, e.cancelled(), own.signature_expired()], Stopping),
    ([*ASKED, own.signature_found()], Signed),
    ([*REFUSED, own.signature_found()], Signed),
    ([*ASKED, own.signature_found(), e.completed()], Completed),
    ([*SIGNED, own.signature_found(signature=OTHER), e.completed(signature=OTHER)], Completed),
]


@pytest.mark.parametrize(("history", "expected"), STATES)
def test_a_history_folds_to_its_state(history: list[Event], expected: type) -> None:
    assert expected is type(fold(history))


ONLY_THE_CHAIN = "the wallet may sign: only the chain can end this attempt now"
CUSTODIAL: list[Event] = [e.requested(), *QUOTED[1:]]
IGNORED: list[tuple[list[Event], Event, str]] = [
    (CUSTODIAL, own.signature_requested(), "this buy is not signed by its user's wallet"),
    (QUOTED, e.signed(), "the wallet was not asked in this attempt"),
    (QUOTED, own.signature_answered(), "the wallet was not asked in this attempt"),
    (QUOTED, own.signature_requested(quote=e.QUOTES[1]), "asked for a quote that was replaced"),
    (QUOTED, own.signature_requested(2), "attempt 2 is not the current one, 1"),
    (
        ASKED,
        own.signature_requested(request=own.REQUESTS[1]),
        "the wallet is already asked in this attempt",
    ),
    (ASKED, e.attempt_failed(), ONLY_THE_CHAIN),
    (ASKED, e.failed(), ONLY_THE_CHAIN),
    (ASKED, e.quoted(quote=e.QUOTES[1]), ONLY_THE_CHAIN),
    (ASKED, e.stopped(), ONLY_THE_CHAIN),
    (ASKED, own.signature_answered(request=own.REQUESTS[1]), "another request"),
    (ASKED, own.signature_expired(request=own.REQUESTS[1]), "another request"),
    (ASKED, own.signed_by_wallet(), "not the signature that was answered"),
    (
        [*ASKED, own.signature_answered()],
        e.signed(),
        "not the transaction that the wallet was asked for",
    ),
    ([*ASKED, own.signature_answered()], own.signature_answered(), "already answered"),
    (REFUSED, own.signature_answered(), "already answered"),
    ([*ASKED, e.cancelled()], own.signature_answered(), "a cancel is pending"),
    (
        [*ASKED, own.signature_answered(), e.cancelled()],
        own.signed_by_wallet(),
        "a cancel is pending",
    ),
    ([*ASKED, e.cancelled()], e.cancelled(), "a cancel is already pending"),
    (SIGNED, own.signature_found(), "already known"),
    (SIGNED, own.signature_found(2), "another transaction"),
    (SIGNED, own.signature_expired(), "a transaction is under way"),
    ([*CUSTODIAL, e.signed()], own.signature_found(signature=OTHER),
     "this buy is not signed by its user's wallet"),
]  # fmt: skip


@pytest.mark.parametrize(("history", "event", "reason"), IGNORED)
def test_what_does_not_apply_is_ignored_and_says_why(
    history: list[Event], event: Event, reason: str
) -> None:
    before = fold(history)
    assert (before, reason) == tuple(evolve(before, event))


STEPS: list[tuple[list[Event], Step | None]] = [
    (QUOTED, RequestSignature()),
    (ASKED, AwaitSignature()),
    (REFUSED, AwaitSignature()),
    ([*ASKED, own.signature_answered()], RecordSignature()),
    ([*ASKED, own.signature_answered(), e.cancelled()], AwaitSignature()),
    (SIGNED, LandBuy()),
    ([*ASKED, own.signature_expired()], QuoteBuy()),
    ([*ASKED, own.signature_answered(), own.signature_expired()], QuoteBuy()),
    ([*ASKED, e.cancelled(), own.signature_expired()], StopBuy()),
    (
        [*REFUSED, own.signature_expired()],
        GiveUp(Code.SIGNATURE_REFUSED, "Signature refused: the wallet did not sign"),
    ),
]


@pytest.mark.parametrize(("history", "expected"), STEPS)
def test_the_next_step(history: list[Event], expected: Step | None) -> None:
    assert expected == next_step(fold(history), 3)


def test_a_wallet_that_was_silent_for_long_enough_is_not_asked_again() -> None:
    silent = fold([*ASKED, own.signature_expired()])
    late = fold([*ASKED, own.signature_answered(), own.signature_expired()])
    text = "Signature timeout: the wallet did not sign in time"
    assert GiveUp(Code.SIGNATURE_TIMEOUT, text) == next_step(silent, 3, waited=True)
    assert QuoteBuy() == next_step(late, 3, waited=True)


def test_an_order_that_grows_too_old_still_waits_for_what_may_land() -> None:
    assert AwaitSignature() == next_step(fold(ASKED), 3, too_old=True)


def test_a_pending_cancel_survives_what_the_holder_sends_alone() -> None:
    state = fold([*ASKED, e.cancelled(), own.signature_found()])
    assert isinstance(state, Signed)
    assert (True, True) == (state.sent, state.cancel_pending)


def test_a_buy_is_never_cancelled_or_failed_while_its_wallet_may_sign() -> None:
    for history in (ASKED, REFUSED, [*ASKED, e.cancelled()], [*REFUSED, e.cancelled()]):
        state = fold(history)
        assert not isinstance(state, Failed | Stopping)
        assert isinstance(state, Awaiting)
        assert "active" == status_of(state)


def test_cancelling_twice_appends_once() -> None:
    state: State = fold(ASKED)
    stamp = Stamp(e.JOB, e.JOB, e.MOMENT, "test/1")
    (event,) = decide(state, CancelBuy("user123"), stamp)
    assert [] == decide(evolve(state, event).state, CancelBuy("user123"), stamp)
