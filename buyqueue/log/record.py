"""A record of the log as it was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from buyqueue.errors import InvalidMessage
from buyqueue.events.codec import Event, decode
from buyqueue.log.topic import key_of
from buyqueue.tracing.traceparent import text_of

MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event and its place. `offset` is the event's cursor: within a buy it strictly grows."""

    event: Event
    partition: int
    offset: int
    logged_ms: int | None = None
    """When the log took it, in unix ms by the broker's clock; None where that was not asked."""
    traceparent: str | None = None
    """The record's header of that name, unread: a malformed one is as good as none."""


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that cannot be read, and why."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    reason: str


def read_record(
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    logged_ms: int | None = None,
    headers: Iterable[tuple[str, bytes]] = (),
) -> Recorded | Poison:
    """Read a record; never raises. A key that is not the event's job is poison too."""
    try:
        event = decode(value)
    except InvalidMessage as error:
        return Poison(partition, offset, key, value, error.text[:MAX_REASON])
    if key != key_of(event.job_id):
        return Poison(partition, offset, key, value, "the record's key is not its job")
    return Recorded(event, partition, offset, logged_ms, text_of(headers) if headers else None)
