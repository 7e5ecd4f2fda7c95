"""A record of the log as an auditor sees it: where it stands, what it says, whether it counted."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, State
from buyqueue.events.codec import Event
from buyqueue.log.record import Poison, read_record
from projections.audit.canonical import canonical
from projections.audit.hashes import beginning, link

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that was read and folded. An unreadable one has no event and no state."""

    partition: int
    offset: int
    recorded_at: datetime
    """When the broker took it."""
    value: bytes | None
    event: Event | None
    unreadable: str | None
    before: State
    after: State
    ignored: str | None
    """Why it did not count; None if it did."""

    def fields(self) -> dict[str, Any]:
        """Write it as JSON-ready Python, but for its hashes."""
        event = self.event
        return {
            "partition": self.partition,
            "offset": self.offset,
            "recordedAt": rfc3339(self.recorded_at),
            "jobId": str(event.job_id) if event else None,
            "type": event.type if event else None,
            "ignored": self.ignored,
            "unreadable": self.unreadable,
            **_value(self.value),
        }


@dataclass(slots=True)
class Folding:
    """Folds the records of the log one by one, in order within each partition."""

    states: dict[UUID, State] = field(default_factory=dict)

    def entry(self, partition: int, raw: ConsumerRecord) -> Entry:
        """Read a record and fold it."""
        record = read_record(partition, raw.offset, raw.key, raw.value)
        place = (partition, raw.offset, recorded_at(raw))
        if isinstance(record, Poison):
            return Entry(*place, raw.value, None, record.reason, Absent(), Absent(), None)
        before = self.states.get(record.event.job_id, Absent())
        after, ignored = evolve(before, record.event)
        self.states[record.event.job_id] = after
        return Entry(*place, raw.value, record.event, None, before, after, ignored)

    def entries(self, batch: dict[int, list[ConsumerRecord]]) -> Iterator[Entry]:
        """Read a batch of several partitions."""
        for partition, records in batch.items():
            for raw in records:
                yield self.entry(partition, raw)


@dataclass(slots=True)
class Chains:
    """The hash that each buy has come to."""

    heads: dict[UUID, bytes] = field(default_factory=dict)

    def line(self, entry: Entry) -> dict[str, Any]:
        """Move a buy's chain on; answer the entry's fields with its hashes, hexadecimal."""
        fields = entry.fields()
        if entry.event is None:
            return fields | {"chainBefore": None, "chain": None}
        job = entry.event.job_id
        before = self.heads.get(job) or beginning(job)
        after = self.heads[job] = link(before, canonical(fields))
        return fields | {"chainBefore": before.hex(), "chain": after.hex()}


def recorded_at(raw: ConsumerRecord) -> datetime:
    """Answer when the broker took a record, to the millisecond."""
    return EPOCH + timedelta(milliseconds=raw.timestamp)


def rfc3339(moment: datetime) -> str:
    """Write a time in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _value(value: bytes | None) -> dict[str, str | None]:
    try:
        return {"value": value.decode() if value is not None else None, "valueBase64": None}
    except UnicodeDecodeError:
        return {"value": None, "valueBase64": b64encode(value or b"").decode()}
