"""What a client may follow, and how it asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from buyqueue.errors import Code, InvalidInput

Partition = Annotated[int, Field(ge=0, lt=2**31)]
CursorOfClient = Annotated[int, Field(ge=-1, lt=2**63, strict=True)]
UserId = Annotated[
    str, StringConstraints(min_length=1, max_length=128, strict=True, pattern=r"^[^\x00]*$")
]


@dataclass(frozen=True, slots=True)
class UserRoom:
    """All buys of a user."""

    user_id: str

    @property
    def name(self) -> str:
        """The room's name, as acknowledgements give it."""
        return f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class JobRoom:
    """One buy."""

    job_id: UUID

    @property
    def name(self) -> str:
        """The room's name, as acknowledgements give it."""
        return f"job:{self.job_id}"


Room = UserRoom | JobRoom


@dataclass(frozen=True, slots=True)
class EveryRoom:
    """All buys of all users. Nobody may join it; webhooks follow it, and sockets in the lobby."""


@dataclass(frozen=True, slots=True)
class Join:
    """A wish to follow a room; with cursors, from behind them, else from now on."""

    room: Room
    cursors: Mapping[int, int] | None = None
    """For each partition the last cursor that the client has had."""
    cursor: int | None = None
    """Of a job's room alone, whose events are all in one partition."""


class _Payload(BaseModel):
    # Forbidden: a misspelt `cursors` would silently mean "live only".
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


Cursors = Annotated[dict[Partition, CursorOfClient], Field(max_length=10_000)]


class _OfUser(_Payload):
    user_id: UserId
    cursors: Cursors | None = None


class _OfJob(_Payload):
    job_id: UUID
    cursor: CursorOfClient | None = None
    cursors: Cursors | None = None


def parse_join(payload: Any) -> Join:
    """Read the payload of `join_room`: a user id, or an object.

    `{userId, cursors?: {"<partition>": cursor}}` or `{jobId, cursors?}`, or `{jobId, cursor?}` with
    that of the job's partition; cursors are those of the last acknowledgement or page and of the
    messages since, -1 before the first. Raises InvalidInput.
    """
    try:
        match payload:
            case str():
                return Join(UserRoom(_OfUser.model_validate({"userId": payload}).user_id))
            case {"jobId": _}:
                job = _OfJob.model_validate(payload)
                if job.cursor is not None and job.cursors is not None:
                    raise InvalidInput(
                        Code.INVALID_REQUEST, "cursor: not beside cursors", field="cursor"
                    )
                return Join(JobRoom(job.job_id), cursors=job.cursors, cursor=job.cursor)
            case {"userId": _}:
                user = _OfUser.model_validate(payload)
                return Join(UserRoom(user.user_id), cursors=user.cursors)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        wrong_user = place == "userId" and first["type"] != "extra_forbidden"
        code = Code.INVALID_USER_ID if wrong_user else Code.INVALID_REQUEST
        raise InvalidInput(code, f"{place}: {first['msg']}", field=place) from None
    raise InvalidInput(
        Code.INVALID_REQUEST, "expected a user id, {userId, cursors?} or {jobId, cursors?}"
    )
