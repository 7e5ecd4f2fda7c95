"""Which jobs a caller may list, and how they look. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast, get_args
from uuid import UUID

from api.auth.caller import Caller
from api.auth.ownership import whose
from api.orders.fields import user_id
from api.record.shapes import JobItem, JobsData
from api.submissions.reading import view_of
from buyqueue.amounts import lamports_to_sol
from buyqueue.contract.shapes import JobStatus
from buyqueue.errors import Code, InvalidInput
from projections.finding import Found, Search
from projections.views import Job

NAMES: Final = ("status", "search", "userId", "limit", "cursor")
DEFAULT_LIMIT: Final = 50
MOST: Final = 100
LONGEST_SEARCH: Final = 100
STATUSES: Final[tuple[str, ...]] = get_args(JobStatus)


def search_of(query: Mapping[str, str], caller: Caller) -> Search:
    """Read what a caller looks for, among the jobs that are its own; an admin's are all.

    Raises InvalidInput, Problem (403) for another user's jobs and for all jobs without `admin`.
    """
    status = query.get("status")
    if status is not None and status not in STATUSES:
        raise _invalid("status", f"must be one of: {', '.join(STATUSES)}")
    text = query.get("search", "").strip()
    if len(text) > LONGEST_SEARCH:
        raise _invalid("search", f"must have at most {LONGEST_SEARCH} characters")
    named = query.get("userId")
    return Search(
        user_id=whose(None if named is None else user_id(named), caller),
        job_id=caller.job_id,
        status=cast("JobStatus | None", status),
        text=text or None,
        before=page_cursor(query["cursor"]) if "cursor" in query else None,
        limit=limit_of(query.get("limit")) + 1,
    )


def page_of(found: Found, search: Search) -> JobsData:
    """Make the page; one job more than it shows was asked for, to know whether it is the last."""
    shown = found.jobs[: search.limit - 1]
    more = len(found.jobs) > len(shown)
    return JobsData(
        jobs=[item_of(job) for job in shown],
        next_cursor=str(shown[-1].job_id) if more else None,
        cursors={partition: offset - 1 for partition, offset in sorted(found.positions.items())},
    )


def item_of(job: Job) -> JobItem:
    """Show a job as projected."""
    return JobItem(
        **dict(view_of(job)),
        user_id=job.user_id,
        token_address=job.mint,
        buy_amount=lamports_to_sol(job.lamports),
        lamports=str(job.lamports),
        wallet=job.wallet,
        created_at=rfc3339(job.created_at),
        updated_at=rfc3339(job.updated_at),
        attempt=job.attempt,
        cancel_pending=job.cancel_pending,
        finalized=job.finalized,
        platform=job.platform,
        signature=job.signature,
    )


def rfc3339(moment: datetime) -> str:
    """Write a time in UTC, with ms."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def limit_of(text: str | None) -> int:
    """Read how many a page may show; raises InvalidInput."""
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise _invalid("limit", f"must be a whole number from 1 to {MOST}")
    return int(text)


def page_cursor(text: str) -> UUID:
    """Read where a page begins; raises InvalidInput."""
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text:
        raise _invalid("cursor", "must be the nextCursor of the page before")
    return found


def _invalid(name: str, text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_REQUEST, f"{name} {text}", field=name)
