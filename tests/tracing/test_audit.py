"""A record's header is no part of its event: hashes, exports and rows are the same with it."""

from typing import Any

from aiokafka.structs import ConsumerRecord

from buyqueue.events.codec import Event, encode
from buyqueue.log.topic import BUYS, key_of
from projections.audit.entry import Chains, Folding
from projections.fold import Changes, fold_batch, read_wire
from tests.controls import events as e
from tests.tracing.test_traceparent import GOOD

HISTORY: tuple[Event, ...] = (e.requested(), e.advanced(1), e.cancelled(), e.stopped())


def records(*headers: tuple[str, bytes]) -> list[ConsumerRecord]:
    return [
        ConsumerRecord(
            topic=BUYS, partition=0, offset=offset, timestamp=1_767_323_045_678 + offset,
            timestamp_type=0, key=key_of(event.job_id), value=encode(event), checksum=None,
            serialized_key_size=0, serialized_value_size=0, headers=headers,
        )
        for offset, event in enumerate(HISTORY)
    ]  # fmt: skip


def exported(raw: list[ConsumerRecord]) -> list[dict[str, Any]]:
    chains, folding = Chains(), Folding()
    return [chains.line(folding.entry(0, one)) for one in raw]


def rows(raw: list[ConsumerRecord]) -> Changes:
    changes = Changes()
    fold_batch({}, [read_wire(0, r.offset, r.key, r.value, r.headers) for r in raw], changes)
    return changes


def test_the_chain_of_hashes_is_the_same_with_and_without_a_header() -> None:
    with_header = ("traceparent", GOOD.encode())
    assert exported(records()) == exported(records(with_header))
    assert exported(records()) == exported(records(("traceparent", b"\xff")))
    assert rows(records()) == rows(records(with_header))
