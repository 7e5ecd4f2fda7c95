"""What is known of a job: from the projection, or from its submission until that has read of it."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from api.submissions.rows import Rows
from api.submissions.submission import Submission
from api.web.problem import Problem
from buyqueue.buy.evolve import fold
from buyqueue.contract.progress import queued_progress
from buyqueue.contract.shapes import (
    ExternalBuyProgress,
    ExternalBuyResult,
    JobView,
    ProgressDetails,
)
from buyqueue.contract.signing import sign_request_of
from buyqueue.errors import Code
from projections.queries import Queries
from projections.views import Job

UNCONFIRMED: Final = "Not confirmed by the log yet; cancel it, or repeat the request with its key"


def job_id_of(text: str) -> UUID:
    """Read a job's id as the start route answered it; raises Problem (404) for anything else."""
    try:
        job_id = UUID(text)
    except ValueError:
        raise no_such_job() from None
    if str(job_id) != text.lower():
        raise no_such_job()
    return job_id


def no_such_job() -> Problem:
    """Say that there is no such job: one answer for a malformed id and for an unknown one."""
    return Problem(HTTPStatus.NOT_FOUND, Code.JOB_NOT_FOUND, "Job not found", field="jobId")


def view_of(job: Job) -> JobView:
    """Show a job as projected."""
    return JobView(
        job_id=str(job.job_id),
        status=job.status,
        outcome_unknown=job.outcome_unknown,
        progress=ExternalBuyProgress.model_validate(job.progress),
        result=ExternalBuyResult.model_validate(job.result) if job.result else None,
    )


def queued_view(submission: Submission) -> JobView:
    """Show a job that the projection has not read of."""
    progress = queued_progress(submission.order)
    if submission.offset is None:
        details = ProgressDetails(current_operation=UNCONFIRMED)
        progress = progress.model_copy(update={"details": details})
    return JobView(job_id=str(submission.job_id), status="queued", progress=progress)


class Jobs:
    """Looks jobs up."""

    def __init__(self, queries: Queries, rows: Rows) -> None:
        self._queries = queries
        self._rows = rows

    async def view(self, job_id: UUID) -> JobView:
        """Show a job; raises Problem (404) if there is none, Unavailable if Postgres is away."""
        job = await self._queries.job(job_id)
        if job is not None:
            view = view_of(job)
            asked = view.progress.details.sign_request_id is not None
            return await self._with_request(job_id, view) if asked else view
        submission = await self._rows.find(job_id)
        if submission is None:
            raise no_such_job()
        return queued_view(submission)

    async def _with_request(self, job_id: UUID, view: JobView) -> JobView:
        history = await self._queries.history(job_id)
        request = sign_request_of(fold(entry.event for entry in history))
        if request is None:
            return view
        placed = {"partition": history[-1].partition, "cursor": history[-1].cursor}
        return view.model_copy(update={"sign_request": request.model_copy(update=placed)})
