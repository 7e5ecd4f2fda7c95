"""What every event carries, whatever it says."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

U64_MAX = 2**64 - 1

U64 = Annotated[int, Field(ge=0, le=U64_MAX, strict=True)]
Bps = Annotated[int, Field(ge=0, le=10_000, strict=True)]
Attempt = Annotated[int, Field(ge=1, strict=True)]
Address = Annotated[str, StringConstraints(min_length=32, max_length=44)]
Signature = Annotated[str, StringConstraints(min_length=64, max_length=88)]
Text = Annotated[str, StringConstraints(max_length=2_000)]


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_ms(moment: datetime) -> datetime:
    try:
        # NB: Postgres takes no offset past 15:59, which RFC 3339 does.
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time between the years 2000 and 9000") from None
    if not 2000 <= moment.year < 9000:
        raise ValueError("a time between the years 2000 and 9000")
    finer = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - finer) if finer else moment


Moment = Annotated[
    AwareDatetime, AfterValidator(_to_ms), PlainSerializer(_rfc3339, when_used="json")
]
"""A time as RFC 3339 with milliseconds, in UTC."""


class Frozen(BaseModel):
    """An immutable message: camelCase on the wire; unknown fields are a newer writer's."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )


class Envelope(Frozen):
    """The fields of every event.

    The event's own name (`type`) and `version` come with each event class. An event changes by
    optional fields only; a new meaning gets a new name.
    """

    event_id: UUID
    """UUIDv7: the same event appended twice has the same one."""
    job_id: UUID
    """The buy; also the record's key in Kafka, so that each buy has one total order."""
    occurred_at: Moment
    writer: Annotated[str, StringConstraints(max_length=200)]
    """Process and instance, for example `worker/3f2a`. Never decides anything."""
    causation_id: UUID | None = None
    """The event that this one answers."""
    version: Literal[1] = 1
