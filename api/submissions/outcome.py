"""What the log has made of a wish that was appended: waited for a little, and told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from buyqueue.clock import Clock
from projections.queries import Queries
from projections.views import Entry

T = TypeVar("T")
WAIT_S: Final = 2.0
"""So long a request waits for the log's decision; then it is told that it is not known yet."""
POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a wish has come to, where it was not refused."""

    status: int
    body: dict[str, Any]


def told(job_id: UUID, status: int, name: str, message: str) -> Outcome:
    """Write an answer."""
    body = {"success": True, "jobId": str(job_id), "status": name, "message": message}
    return Outcome(status, body)


async def decided(
    queries: Queries,
    clock: Clock,
    job_id: UUID,
    offset: int,
    deadline: float,
    read: Callable[[Sequence[Entry]], T | None],
) -> T | None:
    """Answer what `read` makes of the history once it holds this offset; None at the deadline.

    Raises what `read` raises, and Unavailable if Postgres does not answer.
    """
    while clock.monotonic() < deadline:
        history = await queries.history(job_id)
        passed = bool(history) and history[-1].cursor >= offset
        if passed and (found := read(history)) is not None:
            return found
        await clock.sleep(POLL_S)
    return None
