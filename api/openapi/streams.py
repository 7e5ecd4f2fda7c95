"""The routes that stream, described."""

from typing import Final

from pydantic import RootModel

from api.openapi.operation import Operation, Refused
from buyqueue.errors import Code

_TEXT: Final = (
    "Server-sent events: `event` is the name that sockets use, `data` its JSON, `id` what to send "
    "as `Last-Event-ID` to get what was missed. `joined` says that all that was missed has been "
    "sent. A comment comes every 10 s. The stream ends with the credential, and when the server "
    "stops: come back."
)


class EventStream(RootModel[str]):
    """Events as text: `event: …`, `id: …`, `data: …`, and an empty line."""


_ANSWERS: Final = {200: ("The stream", EventStream)}
_DOWN: Final = Refused(
    "The relay or the projection is behind the log, or Postgres did not answer",
    (Code.LOG_UNAVAILABLE, Code.DATABASE_UNAVAILABLE),
    headers=("Retry-After",),
)

STREAMS: Final = (
    Operation(
        method="get",
        path="/api/external-buy/job/{jobId}/events",
        name="streamJob",
        summary="Follow a job",
        description=_TEXT,
        tag="live",
        parameters=("JobId", "LastEventId"),
        answers=_ANSWERS,
        media="text/event-stream",
        refusals={
            400: Refused("`Last-Event-ID` cannot be read", (Code.INVALID_REQUEST,)),
            404: Refused("There is no such job for you", (Code.JOB_NOT_FOUND, Code.NOT_FOUND)),
            503: _DOWN,
        },
    ),
    Operation(
        method="get",
        path="/api/external-buy/user/{userId}/events",
        name="streamUser",
        summary="Follow all jobs of a user",
        description=_TEXT,
        tag="live",
        parameters=("UserId", "LastEventId"),
        answers=_ANSWERS,
        media="text/event-stream",
        refusals={
            400: Refused(
                "The user's id or `Last-Event-ID` cannot be read",
                (Code.INVALID_REQUEST, Code.INVALID_USER_ID),
            ),
            404: Refused("There is no such room for you", (Code.NOT_FOUND,)),
            503: _DOWN,
        },
    ),
)
