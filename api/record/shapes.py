"""The JSON of what the record is read as: lists, timelines and the operator's overview."""

from typing import Any, Literal

from buyqueue.contract.shapes import JobView, Shape


class JobItem(JobView):
    """A job as lists show it: the status route's view, and what was ordered."""

    user_id: str
    token_address: str
    buy_amount: float
    """SOL."""
    lamports: str
    wallet: str
    """The address that pays."""
    created_at: str
    """RFC 3339, ms, UTC; `updatedAt` alike."""
    updated_at: str
    attempt: int
    cancel_pending: bool
    finalized: bool
    """Whether no fork can take the landed transaction back."""
    platform: str | None = None
    signature: str | None = None
    """Of the transaction that may still land, or that has landed."""


class JobsData(Shape):
    """A page of jobs, newest first."""

    jobs: list[JobItem]
    next_cursor: str | None = None
    """Send it as `cursor` for the page after this one; absent on the last page."""
    cursors: dict[int, int]
    """The page has all that happened up to these, by partition; a room joined with them has the
    rest. A partition that is missing was not read of."""


class JobsPage(Shape):
    """The jobs that somebody looked for."""

    success: Literal[True] = True
    data: JobsData


class TimelineEvent(Shape):
    """An event of the log, and whether it counted."""

    partition: int
    cursor: int
    """Its place in the partition; strictly grows within a job."""
    event_id: str
    type: str
    occurred_at: str
    """RFC 3339, ms, UTC."""
    writer: str
    """Process and instance."""
    causation_id: str | None = None
    """The event that it answers."""
    accepted: bool
    ignored_reason: str | None = None
    """Why it did not count: it came too late, twice or out of place."""
    data: dict[str, Any]
    """The event's own fields. Amounts are strings of digits, in lamports or base units."""


class TimelineData(Shape):
    """What happened to a job, in the order of the log."""

    job_id: str
    events: list[TimelineEvent]
    next_cursor: int | None = None
    """Send it as `after` for what follows; absent at the end."""


class Timeline(Shape):
    """Every event of a job, the ignored ones too."""

    success: Literal[True] = True
    data: TimelineData


class Ended(Shape):
    """How many buys ended in the last 24 hours, and how."""

    completed: int
    failed: int
    cancelled: int


class VenueFigures(Shape):
    """How buys of the last 24 hours ended at a venue."""

    platform: str
    """Empty for buys that ended before a venue was chosen."""
    completed: int
    failed: int


class OverviewData(Shape):
    """How the service stands, as far as the projection has read the log."""

    queued: int
    """Buys that wait for a worker."""
    active: int
    """Buys in flight."""
    outcome_unknown: int
    """Active ones whose transaction has neither landed nor been proven dead."""
    dead_letters: int
    """Records of the log that cannot be read."""
    projection_lag: int | None = None
    """Events that the projection has still to read; absent while this replica does not know."""
    open_sockets: int
    """Sockets and streams of this replica."""
    last_day: Ended
    venues: list[VenueFigures]


class Overview(Shape):
    """The operator's overview."""

    success: Literal[True] = True
    data: OverviewData
