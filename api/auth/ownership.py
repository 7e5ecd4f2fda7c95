"""Whose job it is."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from api.auth.caller import Caller, Scope
from api.auth.refusals import lacks, wrong_user
from api.submissions.reading import no_such_job
from api.submissions.rows import Rows
from api.web.problem import Problem
from buyqueue.errors import Code
from projections.queries import Queries


def require_own_user(caller: Caller, user_id: Any) -> None:
    """Return if the caller may order for this user; raises Problem (403).

    What is no user's id at all is left to whoever reads the order.
    """
    if caller.job_id is not None:
        raise lacks(Scope.SUBMIT)
    if isinstance(user_id, str) and not caller.acts_for(user_id):
        raise wrong_user()


def whose(named: str | None, caller: Caller) -> str | None:
    """Answer whose jobs or webhooks a caller means; None is everybody's, which an admin may.

    Raises Problem (403) for another user's, and for everybody's without `admin`.
    """
    if caller.user_id is not None:
        if named is not None and named != caller.user_id:
            raise wrong_user()
        return caller.user_id
    if named is None and caller.job_id is None and Scope.ADMIN not in caller.scopes:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            Code.FORBIDDEN,
            "Say whose: send userId. Everybody's takes the scope `admin`",
            field="userId",
        )
    return named


class Owners:
    """Looks up who submitted a job."""

    def __init__(self, queries: Queries, rows: Rows) -> None:
        self._queries = queries
        self._rows = rows

    async def of(self, job_id: UUID) -> str | None:
        """Answer a job's user, None for an unknown job; raises Unavailable."""
        submission = await self._rows.find(job_id)
        if submission is not None:
            return submission.user_id
        job = await self._queries.job(job_id)
        return job.user_id if job is not None else None

    async def require(self, caller: Caller, job_id: UUID) -> None:
        """Return if the caller may know of this job; raises Problem (404) as if it were not there.

        NB: for a caller that sees all, the job may still not exist.
        """
        if caller.sees_all:
            return
        if not caller.sees(job_id, await self.of(job_id)):
            raise no_such_job()
