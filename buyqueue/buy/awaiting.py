"""The fold of a buy while the user's own wallet holds its transaction, and of what shows up later.

Nothing here is decided by a word of the wallet's holder, who may sign and send at any time: the
attempt ends when its transaction has landed, or is proven to land no more.
"""

from dataclasses import replace

from buyqueue.buy.state import (
    Awaiting,
    Completed,
    Failure,
    Known,
    Preparing,
    Quoted,
    Signed,
    Stopping,
)
from buyqueue.errors import Code
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyCancelled, BuySigned
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)


def requested(state: Quoted, event: SignatureRequested) -> Known | str:
    """Answer the state after a request, or why it is ignored."""
    if state.course.order.custody != "client":
        return "this buy is not signed by its user's wallet"
    if event.causation_id != state.quote.event_id:
        return "asked for a quote that was replaced"
    if event.attempt != state.course.attempt:
        return f"attempt {event.attempt} is not the current one, {state.course.attempt}"
    return Awaiting(
        state.course,
        state.quote,
        event.event_id,
        event.transaction,
        event.last_valid_block_height,
        event.searched_from,
    )


def awaiting(state: Awaiting, event: Event) -> Known | str:
    """Answer the state after an event, or why it is ignored."""
    match event:
        case BuyCancelled():
            if state.cancel_pending:
                return "a cancel is already pending"
            return replace(state, cancel_pending=True)
        case SignatureAnswered():
            return _answered(state, event)
        case BuySigned():
            return _signed(state, event)
        case SignatureFound():
            if event.attempt != state.course.attempt:
                return "another transaction"
            landed = _taken(state, event.signature, event.transaction)
            return replace(landed, sent=True, cancel_pending=state.cancel_pending)
        case SignatureExpired():
            if event.request_id != state.request_id:
                return "another request"
            return _expired(state, event)
        case SignatureRequested():
            return "the wallet is already asked in this attempt"
        case _:
            return "the wallet may sign: only the chain can end this attempt now"


def found(state: Signed | Completed, event: SignatureFound) -> Known | str:
    """Answer the state after the chain showed the same transaction under another signature."""
    if state.course.order.custody != "client":
        return "this buy is not signed by its user's wallet"
    if event.attempt != state.course.attempt:
        return "another transaction"
    if event.signature == state.signature:
        return "already known"
    changed = replace(state, signature=event.signature, transaction=event.transaction)
    return replace(changed, sent=True) if isinstance(changed, Signed) else changed


def _answered(state: Awaiting, event: SignatureAnswered) -> Known | str:
    if event.request_id != state.request_id:
        return "another request"
    if state.cancel_pending:
        return "a cancel is pending"
    if state.answered:
        return "already answered"
    return replace(state, signature=event.signature, refused=event.signature is None)


def _signed(state: Awaiting, event: BuySigned) -> Known | str:
    if (event.causation_id, event.attempt) != (state.request_id, state.course.attempt):
        return "not the transaction that the wallet was asked for"
    if state.cancel_pending:
        return "a cancel is pending"
    if event.signature != state.signature:
        return "not the signature that was answered"
    return _taken(state, event.signature, event.transaction)


def _taken(state: Awaiting, signature: str, transaction: str) -> Signed:
    return Signed(
        state.course,
        state.quote,
        signature,
        transaction,
        state.last_valid_block_height,
        searched_from=state.searched_from,
    )


def _expired(state: Awaiting, event: SignatureExpired) -> Known:
    if state.cancel_pending:
        return Stopping(state.course)
    if state.refused:
        code, text = Code.SIGNATURE_REFUSED, "Signature refused: the wallet did not sign"
    elif state.signature is not None:
        code, text = Code.TRANSACTION_EXPIRED, "the transaction expired unlanded"
    else:
        code, text = Code.SIGNATURE_TIMEOUT, "Signature timeout: the wallet did not sign in time"
    failure = Failure(code, text, event.occurred_at)
    return Preparing(replace(state.course, attempt=state.course.attempt + 1, failure=failure))
