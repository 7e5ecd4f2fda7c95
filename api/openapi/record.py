"""The routes that read the record, described."""

from typing import Final

from api.openapi.operation import Operation, Refused
from api.record.shapes import JobsPage, Overview, Timeline
from buyqueue.errors import Code

_DOWN: Final = Refused(
    "Postgres did not answer", (Code.DATABASE_UNAVAILABLE,), headers=("Retry-After",)
)

RECORD: Final = (
    Operation(
        method="get",
        path="/api/external-buy/jobs",
        name="listJobs",
        summary="List and search jobs",
        description="The caller's own, newest first; an admin's are everybody's.",
        tag="record",
        parameters=("Status", "Search", "UserIdQuery", "Limit", "PageCursor"),
        answers={200: ("A page of jobs", JobsPage)},
        refusals={
            400: Refused(
                "The query cannot be read; `field` names the fault",
                (Code.INVALID_REQUEST, Code.INVALID_USER_ID),
            ),
            403: Refused("The jobs are another user's", (Code.WRONG_USER,)),
            503: _DOWN,
        },
    ),
    Operation(
        method="get",
        path="/api/external-buy/job/{jobId}/timeline",
        name="getTimeline",
        summary="See every event of a job",
        description=(
            "In the order of the log, the ignored ones too, with the reason. Signed bytes and "
            "keys are not in it."
        ),
        tag="record",
        parameters=("JobId", "After"),
        answers={200: ("The events", Timeline)},
        refusals={
            400: Refused("The query cannot be read", (Code.INVALID_REQUEST,)),
            404: Refused("There is no such job; a malformed id is one too", (Code.JOB_NOT_FOUND,)),
            503: _DOWN,
        },
    ),
    Operation(
        method="get",
        path="/api/external-buy/admin/overview",
        name="getOverview",
        summary="See how the service stands",
        tag="record",
        answers={200: ("The figures", Overview)},
        refusals={503: _DOWN},
    ),
)
