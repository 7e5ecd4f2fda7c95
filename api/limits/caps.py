"""How much of one user's money, and how many of its buys, may be under way."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.limits.abuse import CAP_REACHED, Abuse
from api.submissions.submission import Submission
from api.web.problem import Problem
from buyqueue.clock import made_at
from buyqueue.errors import Code

LOCKS: Final = 0x6275_7973
"""Of Postgres's advisory locks, those that submissions take: `buys`, by user."""
RETRY_OPEN_S: Final = 5
DAY: Final = timedelta(days=1)


class Caps:
    """Checks a submission within its own transaction, after its row was written.

    Submissions of one user wait here for each other, at whatever replica: each sees all that were
    committed before it, itself included, so two of them cannot both take the last of a cap. There
    are no counts to keep: what is reserved follows from the submissions and the projected buys,
    and what a failed or cancelled buy did not spend is free again once the projection says so.
    """

    def __init__(self, *, spend_cap_lamports: int, max_open: int, abuse: Abuse) -> None:
        self._spend_cap = spend_cap_lamports
        self._max_open = max_open
        self._abuse = abuse

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self._spend_cap or self._max_open)

    async def check(self, connection: AsyncConnection, submission: Submission) -> None:
        """Return if the user may have this one too; raises Problem (403, 429): then roll back."""
        # NB: not created_at, a later moment: at midnight, the order would be of neither day.
        made = made_at(submission.job_id)
        user = {"user": submission.user_id}
        await connection.execute(_LOCK, user | {"space": LOCKS})
        if self._max_open:
            since = job_ids_from(made - DAY)
            opened = (await connection.execute(_OPEN, user | {"since": since})).scalar_one()
            if opened > self._max_open:
                self._abuse.note(CAP_REACHED, f"user:{submission.user_id}")
                raise _too_many(self._max_open)
        if self._spend_cap:
            began = midnight(made)
            since = job_ids_from(began)
            spent = (await connection.execute(_SPENT, user | {"since": since})).scalar_one()
            if spent > self._spend_cap:
                self._abuse.note(CAP_REACHED, f"user:{submission.user_id}")
                raise _too_much(submission, int(spent), self._spend_cap, began + DAY)


def midnight(moment: datetime) -> datetime:
    """Answer when this UTC day began."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def job_ids_from(moment: datetime) -> UUID:
    """Answer a lower bound of the job ids made from then on: they begin with their time in ms."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _too_many(limit: int) -> Problem:
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        Code.TOO_MANY_OPEN_JOBS,
        f"This user has {limit} open buys, which is the limit: wait until one ends, or cancel one",
        retryable=True,
        extra={"limit": limit},
        headers={"Retry-After": str(RETRY_OPEN_S)},
    )


def _too_much(submission: Submission, spent: int, cap: int, resets_at: datetime) -> Problem:
    order = submission.order
    cost = order.lamports + order.priority_fee_lamports
    extra: dict[str, Any] = {
        "capLamports": str(cap),
        "leftLamports": str(max(0, cap - (spent - cost))),
    }
    if cost > cap:
        said = f"One buy may cost at most {cap} lamports with its priority fee"
        return Problem(HTTPStatus.FORBIDDEN, Code.SPEND_CAP_REACHED, said, extra=extra)
    wait = int((resets_at - made_at(submission.job_id)).total_seconds()) + 1
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        Code.SPEND_CAP_REACHED,
        f"This user may spend {cap} lamports in a UTC day, and this buy would be more",
        retryable=True,
        extra=extra,
        headers={"Retry-After": str(wait)},
    )


_LOCK: Final = text("SELECT pg_advisory_xact_lock(:space, hashtext(:user))")
_OPEN: Final = text("""
    SELECT (
        SELECT count(*) FROM buys WHERE user_id = :user AND status IN ('queued', 'active')
    ) + (
        SELECT count(*) FROM submissions s
        WHERE s.user_id = :user AND s.job_id >= :since
        AND NOT EXISTS (SELECT 1 FROM buys b WHERE b.job_id = s.job_id)
    )
""")
_SPENT: Final = text("""
    SELECT coalesce(sum(
        CASE
            WHEN b.status IN ('failed', 'cancelled') THEN coalesce(b.lamports_spent, 0)
            WHEN b.status = 'completed' AND b.lamports_spent IS NOT NULL THEN b.lamports_spent
            ELSE (s."order" ->> 'lamports')::numeric
                + (s."order" ->> 'priority_fee_lamports')::numeric
        END
    ), 0)
    FROM submissions s LEFT JOIN buys b ON b.job_id = s.job_id
    WHERE s.user_id = :user AND s.job_id >= :since
""")
