"""The one fold that the worker, the projections, the relay and the audit share.

`evolve` never raises on a well-formed event: what comes too late, twice or out of place is
ignored, and says why. So every history folds, and all readers agree on what counted.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from buyqueue.buy.awaiting import awaiting, found, requested
from buyqueue.buy.ended import ended
from buyqueue.buy.state import (
    Absent,
    Awaiting,
    Completed,
    Course,
    Failed,
    Failure,
    Known,
    Order,
    Preparing,
    Quote,
    Quoted,
    Signed,
    State,
    Stopped,
    Stopping,
)
from buyqueue.errors import Code
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    AttemptFailed,
    BuyCancelled,
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyFinalized,
    BuyQuoted,
    BuyRequested,
    BuyReverted,
    BuySent,
    BuySigned,
    BuyStopped,
    BuyUndecided,
    PhaseAdvanced,
)
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)


class Evolution(NamedTuple):
    """The state after an event, and why the event was ignored if it was."""

    state: State
    ignored: str | None = None


def evolve(state: State, event: Event) -> Evolution:
    """Fold one event of one buy into its state. Pure; ignores what does not apply."""
    match state:
        case Absent():
            return _absent(state, event)
        case Signed() | Completed(finalized=False) if isinstance(event, SignatureFound):
            return _either(state, found(state, event))
        case Signed():
            return _signed(state, event)
        case Awaiting():
            return _either(state, awaiting(state, event))
        case Preparing() | Quoted():
            return _unsigned(state, event)
        case Completed() | Failed() | Stopped():
            return _either(state, ended(state, event))
        case Stopping():
            return _stopping(state, event)


def fold(events: Iterable[Event], state: State | None = None) -> State:
    """Fold a history in log order."""
    state = state or Absent()
    for event in events:
        state = evolve(state, event).state
    return state


def _absent(state: Absent, event: Event) -> Evolution:
    if not isinstance(event, BuyRequested):
        return Evolution(state, "no such buy was requested")
    order = Order(
        job_id=event.job_id,
        user_id=event.user_id,
        mint=event.mint,
        lamports=event.lamports,
        slippage_bps=event.slippage_bps,
        priority_fee_lamports=event.priority_fee_lamports,
        platform=event.platform,
        wallet=event.wallet,
        requested_at=event.occurred_at,
        priority=event.priority,
        co_signer=event.co_signer,
        custody=event.custody,
    )
    return Evolution(Preparing(Course(order)))


def _stopping(state: Stopping, event: Event) -> Evolution:
    if isinstance(event, BuyStopped):
        return Evolution(Stopped(state.course))
    return Evolution(state, "already cancelled")


def _unsigned(state: Preparing | Quoted, event: Event) -> Evolution:
    course = state.course
    match event:
        case PhaseAdvanced():
            return _advanced(state, event, limit=3)
        case BuyCancelled():
            return Evolution(Stopping(course))
        case BuyFailed():
            failed = Failed(course, event.code, event.error)
            return _if_current(state, event.attempt, failed)
        case AttemptFailed():
            failure = Failure(event.code, event.error, event.retry_at)
            following = replace(course, attempt=course.attempt + 1, failure=failure)
            return _if_current(state, event.attempt, Preparing(following))
        case BuyQuoted() if isinstance(state, Quoted) and event.event_id == state.quote.event_id:
            return Evolution(state, "already quoted")
        case BuyQuoted():
            quote = Quote(event.event_id, event.platform, event.expected_out, event.minimum_out)
            return _if_current(state, event.attempt, Quoted(course, quote))
        case SignatureRequested() if isinstance(state, Quoted):
            return _either(state, requested(state, event))
        case BuySigned() if course.order.custody == "client":
            return Evolution(state, "the wallet was not asked in this attempt")
        case BuySigned() if isinstance(state, Quoted):
            if event.causation_id != state.quote.event_id:
                return Evolution(state, "signed for a quote that was replaced")
            signed = Signed(
                course,
                state.quote,
                event.signature,
                event.transaction,
                event.last_valid_block_height,
                request_id=event.request_id,
                searched_from=event.searched_from,
            )
            return _if_current(state, event.attempt, signed)
        case BuySigned() | SignatureRequested():
            return Evolution(state, "nothing is quoted in this attempt")
        case SignatureAnswered() | SignatureFound() | SignatureExpired():
            return Evolution(state, "the wallet was not asked in this attempt")
        case BuyRequested():
            return Evolution(state, "already requested")
        case (
            BuySent()
            | BuyUndecided()
            | BuyExpired()
            | BuyCompleted()
            | BuyFinalized()
            | BuyReverted()
            | BuyStopped()
        ):
            return Evolution(state, "nothing is signed in this attempt")


def _signed(state: Signed, event: Event) -> Evolution:
    course = state.course
    match event:
        case PhaseAdvanced():
            return _advanced(state, event, limit=4)
        case BuyCancelled():
            if state.cancel_pending:
                return Evolution(state, "a cancel is already pending")
            return Evolution(replace(state, cancel_pending=True))
        case BuySigned():
            return Evolution(state, "this attempt is already signed")
        case BuySent() if event.signature == state.signature:
            if state.sent:
                return Evolution(state, "already sent")
            return Evolution(replace(state, sent=True))
        case BuyUndecided() if event.signature == state.signature:
            if state.undecided:
                return Evolution(state, "already undecided")
            return Evolution(replace(state, undecided=True))
        case BuyExpired() if event.signature == state.signature:
            if state.cancel_pending:
                return Evolution(Stopping(course))
            failure = Failure(
                Code.TRANSACTION_EXPIRED, "the transaction expired unlanded", event.occurred_at
            )
            return Evolution(
                Preparing(replace(course, attempt=course.attempt + 1, failure=failure))
            )
        case BuyCompleted() if event.signature == state.signature:
            completed = Completed(
                replace(course, phase=4),
                event.signature,
                state.transaction,
                state.last_valid_block_height,
                event.slot,
                event.platform,
                event.lamports_spent,
                event.tokens_received,
                request_id=state.request_id,
                searched_from=state.searched_from,
            )
            return Evolution(completed)
        case BuyFailed() if event.signature == state.signature:
            return Evolution(Failed(course, event.code, event.error, event.signature))
        case BuyFailed() | AttemptFailed():
            return Evolution(state, "signed: only the chain can fail it now")
        case BuySent() | BuyUndecided() | BuyExpired() | BuyCompleted():
            return Evolution(state, "another transaction")
        case _:
            return Evolution(state, "a transaction is under way")


def _advanced(state: Preparing | Quoted | Signed, event: PhaseAdvanced, limit: int) -> Evolution:
    reached = state.course.phase
    if event.phase <= reached:
        return Evolution(state, f"phase {reached} is already reached")
    if event.phase != reached + 1 or event.phase > limit:
        return Evolution(state, f"phase {event.phase} cannot follow phase {reached} here")
    course = replace(state.course, phase=event.phase)
    if isinstance(state, Preparing):  # the most frequent, and `replace` is slow
        return Evolution(Preparing(course))
    return Evolution(replace(state, course=course))


def _either(state: Known, after: Known | str) -> Evolution:
    return Evolution(state, after) if isinstance(after, str) else Evolution(after)


def _if_current(state: Preparing | Quoted, attempt: int, following: Known) -> Evolution:
    current = state.course.attempt
    if attempt != current:
        return Evolution(state, f"attempt {attempt} is not the current one, {current}")
    return Evolution(following)
