"""From a folded buy to its row. Pure."""

from typing import Any, Final

from buyqueue.buy.state import Completed, Failed, Known, Quoted, Signed
from buyqueue.contract.messages import Message
from buyqueue.contract.progress import queued_progress
from buyqueue.contract.shapes import ExternalBuyProgress, ExternalBuyResult
from buyqueue.contract.status import outcome_unknown, status_of
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    BuyCompleted,
    BuyFailed,
    BuyFinalized,
    BuyRequested,
    BuyReverted,
    BuyStopped,
)
from buyqueue.log.record import Recorded

Row = dict[str, Any]

KEPT: Final = (
    "progress",
    "result",
    "lamports_spent",
    "tokens_received",
    "completed_at",
)
"""Columns that an event which says nothing about them leaves as they were."""


def buy_row(state: Known, recorded: Recorded, told: list[Message]) -> Row:
    """Write a buy's row after an accepted event; None in a KEPT column means unchanged."""
    course, order = state.course, state.course.order
    signed = state if isinstance(state, Signed) else None
    return {
        "job_id": order.job_id,
        "user_id": storable(order.user_id),
        "status": status_of(state),
        "outcome_unknown": outcome_unknown(state),
        "cancel_pending": signed is not None and signed.cancel_pending,
        "finalized": isinstance(state, Completed) and state.finalized,
        "attempt": course.attempt,
        "phase": course.phase,
        "mint": storable(order.mint),
        "wallet": storable(order.wallet),
        "lamports": order.lamports,
        "platform": storable(_platform(state)),
        "signature": storable(_signature(state)),
        "last_valid_block_height": signed.last_valid_block_height if signed else None,
        "created_at": order.requested_at,
        "updated_at": recorded.event.occurred_at,
        "partition": recorded.partition,
        "cursor": recorded.offset,
        "slot": _slot(state, recorded.event),
        **_ending(recorded.event),
        **_payloads(state, recorded, told),
    }


def later(earlier: Row | None, row: Row) -> Row:
    """Put a buy's row over the one before it."""
    if earlier is None:
        return row
    unchanged = {name: earlier[name] for name in KEPT if row[name] is None}
    return row | unchanged


def storable(value: Any) -> Any:
    """Replace the letter NUL, which no text or jsonb of Postgres can hold, by U+FFFD."""
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case dict():
            return {key: storable(inner) for key, inner in value.items()}
        case list():
            return [storable(inner) for inner in value]
        case _:
            return value


def _slot(state: Known, event: Event) -> int | None:
    if isinstance(state, Completed):
        return state.slot
    return event.slot if isinstance(event, BuyFailed | BuyReverted) else None


def _ending(event: Event) -> Row:
    spent = received = None
    match event:
        case BuyCompleted():
            spent, received = event.lamports_spent, event.tokens_received
        case BuyFinalized(landed_anew=anew) if anew:
            spent, received = anew.lamports_spent, anew.tokens_received
        case BuyFailed():
            spent = event.lamports_spent
        case BuyReverted():
            spent, received = event.lamports_spent, 0
    ends = isinstance(event, BuyCompleted | BuyFailed | BuyReverted | BuyStopped)
    return {
        "lamports_spent": spent,
        "tokens_received": received,
        "completed_at": event.occurred_at if ends else None,
    }


def _payloads(state: Known, recorded: Recorded, told: list[Message]) -> Row:
    row: Row = {"progress": None, "result": None}
    if isinstance(recorded.event, BuyRequested):
        placed = {"partition": recorded.partition, "cursor": recorded.offset}
        queued = queued_progress(state.course.order).model_copy(update=placed)
        row["progress"] = storable(queued.json_object())
    for message in told:
        match message.payload:
            case ExternalBuyProgress() as progress:
                row["progress"] = storable(progress.json_object())
            case ExternalBuyResult() as result:
                row["result"] = storable(result.json_object())
    return row


def _platform(state: Known) -> str | None:
    match state:
        case Completed(platform=platform):
            return platform
        case Quoted(quote=quote) | Signed(quote=quote):
            return quote.platform
        case _:
            return None


def _signature(state: Known) -> str | None:
    return state.signature if isinstance(state, Signed | Completed | Failed) else None
