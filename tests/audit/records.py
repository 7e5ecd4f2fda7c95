"""Records as Kafka holds them, and an export of them without Kafka."""

from datetime import datetime, timedelta
from pathlib import Path

from aiokafka.structs import ConsumerRecord

from buyqueue.events.codec import Event, encode
from buyqueue.log.topic import key_of
from buyqueue.secret import Secret
from projections.audit.export import Export, Span, Walk
from tests.controls.events import MOMENT

KEY = Secret(bytes(range(32)))


def record(offset: int, event: Event | None, value: bytes | None = None) -> ConsumerRecord:
    """One record; the broker takes one a second."""
    taken = MOMENT + timedelta(seconds=offset)
    data = encode(event) if event else value
    key = key_of(event.job_id) if event else b"odd"
    return ConsumerRecord(
        topic="buys",
        partition=0,
        offset=offset,
        timestamp=round(taken.timestamp() * 1000),
        timestamp_type=1,
        key=key,
        value=data,
        checksum=None,
        serialized_key_size=len(key),
        serialized_value_size=len(data or b""),
        headers=(),
    )


def at(second: int) -> datetime:
    return MOMENT + timedelta(seconds=second)


def exported(folder: Path, partitions: list[list[ConsumerRecord]], span: Span) -> Path:
    """Export these partitions into a file of the folder."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    made = Export(span, scratch)
    for number, records in enumerate(partitions):
        walk = Walk(len(records), len(records))
        made.partition(records, walk, number)
        made.close(walk, number)
    file = folder / "export.tar"
    made.pack(KEY, file)
    return file
