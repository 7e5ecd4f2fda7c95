"""A buy's history in plain fields. Pure."""

from typing import Any, Final
from uuid import UUID

from api.record.listing import rfc3339
from api.record.shapes import TimelineData, TimelineEvent
from buyqueue.errors import Code, InvalidInput
from buyqueue.events.envelope import Envelope
from projections.queries import BEGINNING
from projections.views import Entry

MOST: Final = 500
ENVELOPE: Final = frozenset(Envelope.model_fields) | {"type"}
SIGNED_BYTES: Final = "transaction"
"""Never shown: whoever has them can send them."""
AMOUNTS: Final = frozenset(
    {
        *("lamports", "priorityFeeLamports", "lamportsIn", "expectedOut", "minimumOut"),
        *("lamportsSpent", "tokensReceived", "depthLamports", "network", "priority", "rent"),
        *("tip", "protocol", "creator", "lp", "rentReturned", "priceLamports"),
    }
)
"""Fields that may be larger than a JSON number of a browser holds exactly."""


def timeline_of(job_id: UUID, entries: list[Entry]) -> TimelineData:
    """Show a job's events; one more than are shown may be given, to know that more follow."""
    shown = entries[:MOST]
    more = len(entries) > len(shown)
    return TimelineData(
        job_id=str(job_id),
        events=[event_of(entry) for entry in shown],
        next_cursor=shown[-1].cursor if more else None,
    )


def event_of(entry: Entry) -> TimelineEvent:
    """Show an event."""
    event = entry.event
    hidden = {*ENVELOPE, SIGNED_BYTES}
    fields = event.model_dump(mode="json", by_alias=True, exclude=hidden, exclude_none=True)
    return TimelineEvent(
        partition=entry.partition,
        cursor=entry.cursor,
        event_id=str(event.event_id),
        type=event.type,
        occurred_at=rfc3339(event.occurred_at),
        writer=event.writer,
        causation_id=str(event.causation_id) if event.causation_id else None,
        accepted=entry.ignored is None,
        ignored_reason=entry.ignored,
        data=exact(fields),
    )


def exact(value: Any) -> Any:
    """Write amounts as strings of digits, wherever they stand."""
    match value:
        case dict():
            return {
                name: str(inner) if name in AMOUNTS and isinstance(inner, int) else exact(inner)
                for name, inner in value.items()
            }
        case list():
            return [exact(inner) for inner in value]
        case _:
            return value


def after_of(text: str | None) -> int:
    """Read a cursor: only what stands behind it is shown. Raises InvalidInput."""
    if text is None:
        return BEGINNING
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidInput(Code.INVALID_REQUEST, "after must be a cursor", field="after")
    return int(text)
