"""The buys of an export as a table: one row each, as the buy stood at the end of the range."""

import csv
import io
from collections.abc import Iterable, MutableMapping
from typing import Final
from uuid import UUID

from buyqueue.buy.state import Absent, Completed, Quoted, Signed, State
from buyqueue.contract.status import outcome_unknown, status_of
from buyqueue.events.events import (
    BuyCompleted,
    BuyFailed,
    BuyFinalized,
    BuyReverted,
    BuyStopped,
)
from buyqueue.events.values import Landing
from projections.audit.entry import Entry, rfc3339

Ending = BuyCompleted | BuyFailed | BuyReverted | BuyStopped

COLUMNS: Final = (
    "jobId",
    "userId",
    "wallet",
    "mint",
    "requestedAt",
    "status",
    "outcomeUnknown",
    "finalized",
    "attempt",
    "platform",
    "lamports",
    "signature",
    "slot",
    "lamportsSpent",
    "tokensReceived",
    "networkFee",
    "priorityFee",
    "rent",
    "tip",
    "code",
    "endedAt",
    "durationMs",
    "records",
    "chain",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def settle(endings: MutableMapping[UUID, Ending], entry: Entry) -> None:
    """Note the event that a buy's figures are of, after each record of it."""
    event = entry.event
    if event is None or entry.ignored is not None:
        return
    match event, endings.get(event.job_id):
        case BuyCompleted() | BuyFailed() | BuyReverted() | BuyStopped(), _:
            endings[event.job_id] = event
        case BuyFinalized(landed_anew=Landing() as anew), BuyCompleted() as bought:
            held = {name: getattr(anew, name) for name in Landing.model_fields}
            # It may have landed anew under another signature of the wallet's (SignatureFound).
            held |= {"signature": event.signature, "slot": event.slot}
            endings[event.job_id] = bought.model_copy(update=held)
        case _:
            pass


def row(
    job_id: UUID, state: State, ending: Ending | None, records: int, chain: bytes
) -> tuple[str, ...]:
    """Write a buy's row. Amounts in lamports and base units; empty where there is nothing."""
    if isinstance(state, Absent):
        return (str(job_id), *("",) * (len(COLUMNS) - 3), str(records), chain.hex())
    order = state.course.order
    bought = ending if isinstance(ending, BuyCompleted) else None
    landed = ending if isinstance(ending, BuyCompleted | BuyFailed | BuyReverted) else None
    fees = bought.fees if bought else None
    cells = (
        job_id,
        order.user_id,
        order.wallet,
        order.mint,
        rfc3339(order.requested_at),
        status_of(state),
        outcome_unknown(state),
        isinstance(state, Completed) and state.finalized,
        state.course.attempt,
        bought.platform if bought else _venue(state),
        order.lamports,
        landed.signature if landed else getattr(state, "signature", None),
        landed.slot if landed else None,
        landed.lamports_spent if landed else None,
        bought.tokens_received if bought else None,
        *((fees.network, fees.priority, fees.rent, fees.tip) if fees else (None,) * 4),
        ending.code if isinstance(ending, BuyFailed | BuyReverted) else None,
        rfc3339(ending.occurred_at) if ending else None,
        ending.duration_ms if ending else None,
        records,
        chain.hex(),
    )
    return tuple(_cell(cell) for cell in cells)


def write(rows: Iterable[tuple[str, ...]]) -> bytes:
    """Write rows as CSV (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _venue(state: State) -> str | None:
    return state.quote.platform if isinstance(state, Quoted | Signed) else None


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() if value.startswith(_FORMULA):
            # A spreadsheet would run it: strangers name users. The exact text is in the records.
            return f"'{value}"
        case _:
            return str(value)
