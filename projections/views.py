"""What readers of the projection are answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Row

from buyqueue.contract.shapes import JobStatus
from buyqueue.events.codec import Event, decode


@dataclass(frozen=True, slots=True)
class Job:
    """A buy as far as the projection has read the log. Amounts in lamports and base units."""

    job_id: UUID
    user_id: str
    status: JobStatus
    outcome_unknown: bool
    cancel_pending: bool
    finalized: bool
    attempt: int
    phase: int
    mint: str
    wallet: str
    lamports: int
    platform: str | None
    signature: str | None
    """Of the transaction that may still land, or that has landed."""
    last_valid_block_height: int | None
    """Set while that transaction may still land."""
    slot: int | None
    lamports_spent: int | None
    tokens_received: int | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    partition: int
    cursor: int
    """Of the last event that counted."""
    progress: Mapping[str, Any] | None
    """The last payload of `external_buy_progress`; a queued buy has one, too."""
    result: Mapping[str, Any] | None
    """The payload of `external_buy_result`, once there is one."""

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Read a row of `buys`."""
        values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's names
        for name in _NUMBERS:
            values[name] = None if values[name] is None else int(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Missed:
    """What a user may have missed: in each partition of `upto` the cursors behind `after`."""

    user_id: str
    after: Mapping[int, int]
    """A partition that it does not name is read from its beginning."""
    upto: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the log as it was read by the projection."""

    partition: int
    cursor: int
    job_id: UUID
    user_id: str | None
    event: Event
    body: str
    """The event as it stood on the wire, JSON; null where it had a NaN or an infinity."""
    ignored: str | None
    """Why it did not count; None if it did."""

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Read a row of `buy_events`."""
        event = decode(row.body.encode())
        place = (row.partition, row.cursor, row.job_id, row.user_id)
        return cls(*place, event, row.body, row.ignored)


_NUMBERS = (
    "lamports",
    "last_valid_block_height",
    "slot",
    "lamports_spent",
    "tokens_received",
)
