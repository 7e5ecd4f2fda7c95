"""Events to and from the bytes of a Kafka record."""

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from buyqueue.errors import InvalidMessage
from buyqueue.events.events import (
    AttemptFailed,
    BuyCancelled,
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyFinalized,
    BuyQuoted,
    BuyRequested,
    BuyReverted,
    BuySent,
    BuySigned,
    BuyStopped,
    BuyUndecided,
    PhaseAdvanced,
)
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)

Event = (
    BuyRequested
    | BuyCancelled
    | PhaseAdvanced
    | BuyQuoted
    | SignatureRequested
    | SignatureAnswered
    | SignatureFound
    | SignatureExpired
    | BuySigned
    | BuySent
    | BuyUndecided
    | BuyExpired
    | AttemptFailed
    | BuyCompleted
    | BuyFailed
    | BuyStopped
    | BuyFinalized
    | BuyReverted
)
"""Every event of a buy."""

EVENT_TYPES: tuple[type[Event], ...] = Event.__args__

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def encode(event: Event) -> bytes:
    """Write an event as JSON. The same event always gives the same bytes."""
    return event.model_dump_json(by_alias=True).encode()


def decode(value: bytes | None) -> Event:
    """Read an event.

    Raises InvalidMessage for anything that is not one: a tombstone, broken JSON, an unknown type
    or version, a field out of range.
    """
    if value is None:
        raise InvalidMessage("a record without a value: the log of a buy has no tombstones")
    try:
        return _ADAPTER.validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the record"
        raise InvalidMessage(f"{place}: {first['msg']}") from None
