"""From a folded buy to its row. Pure."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from buyqueue.buy.state import Absent, Awaiting, Completed, Failed, Known, Quoted, Signed, Stopped
from buyqueue.contract.messages import messages
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


_ENDS: Final = (BuyCompleted, BuyFailed, BuyFinalized, BuyReverted, BuyStopped)
_NUL: Final = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")
_TEXT_OR_NO_NUMBER: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN')


class Step(NamedTuple):
    """An event that counted, and the states around it."""

    before: Absent | Known
    after: Known
    recorded: Recorded


def buy_row(steps: list[Step]) -> Row:
    """Write a buy's row after some events that counted; None in a KEPT column means unchanged.

    `progress` and `result` are JSON.
    """
    state, recorded = steps[-1].after, steps[-1].recorded
    course, order = state.course, state.course.order
    signed = state if isinstance(state, Awaiting | Signed) else None
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
        "platform": _storable_if_any(_platform(state)),
        "signature": _storable_if_any(_signature(state)),
        "last_valid_block_height": signed.last_valid_block_height if signed else None,
        "created_at": order.requested_at,
        "updated_at": recorded.event.occurred_at,
        "partition": recorded.partition,
        "cursor": recorded.offset,
        "slot": _slot(state, recorded.event),
        **_ending(steps),
        **_payloads(steps),
    }


def later(earlier: Row | None, row: Row) -> Row:
    """Put a buy's row over the one before it."""
    if earlier is None:
        return row
    unchanged = {name: earlier[name] for name in KEPT if row[name] is None}
    return row | unchanged


def storable(value: str) -> str:
    """Replace the letter NUL, which no text of Postgres can hold, by U+FFFD."""
    return value.replace("\0", "\ufffd")


def storable_json(value: str) -> str:
    """Replace the letter NUL in the strings of some JSON, which no jsonb can hold, by U+FFFD."""
    if "\\u0000" not in value:
        return value
    # NB: not every one of these is a NUL: the letters may stand behind a backslash that is escaped.
    return _NUL.sub(r"\1\\ufffd", value)


def storable_body(value: str) -> str:
    """Replace NaN and the infinities, which every reader of the log takes and no json, by null.

    They stand in unknown fields only: no field of an event is a float. So the event stays the same.
    """
    if "NaN" not in value and "Infinity" not in value:
        return value
    # NB: the letters in a text are left alone; to know a text, each must be passed over.
    return _TEXT_OR_NO_NUMBER.sub(lambda found: found[0] if found[0][0] == '"' else "null", value)


def _storable_if_any(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _slot(state: Known, event: Event) -> int | None:
    if isinstance(state, Completed):
        return state.slot
    return event.slot if isinstance(event, BuyFailed | BuyReverted) else None


def _ending(steps: list[Step]) -> Row:
    row: Row = {"lamports_spent": None, "tokens_received": None, "completed_at": None}
    for step in steps:
        event = step.recorded.event
        if not isinstance(event, _ENDS):
            continue
        match event:
            case BuyCompleted():
                row["lamports_spent"] = event.lamports_spent
                row["tokens_received"] = event.tokens_received
            case BuyFinalized(landed_anew=anew) if anew:
                row["lamports_spent"] = anew.lamports_spent
                row["tokens_received"] = anew.tokens_received
            case BuyFailed():
                row["lamports_spent"] = event.lamports_spent
            case BuyReverted():
                row |= {"lamports_spent": event.lamports_spent, "tokens_received": 0}
        if not isinstance(event, BuyFinalized):
            row["completed_at"] = event.occurred_at
    return row


def _payloads(steps: list[Step]) -> Row:
    """Write the last progress and the last result; what came before them is not even made.

    A buy has no result before it is over.
    """
    row: Row = {"progress": None, "result": None}
    may_have_result = isinstance(steps[-1].after, Completed | Failed | Stopped)
    for step in reversed(steps):
        for payload in _payloads_of(step):
            name = "result" if isinstance(payload, ExternalBuyResult) else "progress"
            if row[name] is None:
                row[name] = storable_json(payload.json_text())
        if row["progress"] and (row["result"] or not may_have_result):
            break
    return row


def _payloads_of(step: Step) -> Iterator[ExternalBuyProgress | ExternalBuyResult]:
    recorded = step.recorded
    if isinstance(recorded.event, BuyRequested):
        placed = {"partition": recorded.partition, "cursor": recorded.offset}
        yield queued_progress(step.after.course.order).model_copy(update=placed)
        return
    told = messages(step.before, step.after, recorded.event, recorded.partition, recorded.offset)
    for message in told:
        if isinstance(message.payload, ExternalBuyProgress | ExternalBuyResult):
            yield message.payload


def _platform(state: Known) -> str | None:
    match state:
        case Completed(platform=platform):
            return platform
        case Quoted(quote=quote) | Awaiting(quote=quote) | Signed(quote=quote):
            return quote.platform
        case _:
            return None


def _signature(state: Known) -> str | None:
    """Answer the signature that may still land, or has; a wallet's own from its answer on."""
    match state:
        case Awaiting() | Signed() | Completed() | Failed():
            return state.signature
        case _:
            return None
