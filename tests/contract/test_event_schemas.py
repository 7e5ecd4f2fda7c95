"""The events are the wire format: their schemas change only on purpose."""

import json
from pathlib import Path

import pytest

from buyqueue.errors import InvalidMessage
from buyqueue.events.codec import EVENT_TYPES, Event, decode, encode
from tests.controls.events import examples

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_the_schema_is_the_one_on_record(kind: type[Event]) -> None:
    """To change it on purpose: `just schemas`, and only ever add optional fields."""
    stored = json.loads((SCHEMAS / f"{kind.__name__}.json").read_text())
    assert stored == kind.model_json_schema(by_alias=True)


@pytest.mark.parametrize("event", examples().values(), ids=lambda event: event.type)
def test_an_event_reads_back_as_it_was_written(event: Event) -> None:
    assert event == decode(encode(event))


def test_a_newer_writers_field_is_ignored() -> None:
    event = examples()["BuySent"]
    newer = json.loads(encode(event)) | {"relayRegion": "fra"}
    assert event == decode(json.dumps(newer).encode())


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'{"type": "BuyTeleported"}',
        encode(examples()["BuySent"]).replace(b'"attempt":1', b'"attempt":0'),
        encode(examples()["BuySent"]).replace(b'"attempt":1', b'"attempt":1.0'),
        encode(examples()["BuySent"]).replace(b'"version":1', b'"version":2'),
    ],
)
def test_what_is_no_event_cannot_be_read(value: bytes | None) -> None:
    with pytest.raises(InvalidMessage):
        decode(value)
