"""Folding a batch of the log into rows. Pure, but for the states it is given to advance."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, Completed, Failed, State, Stopped
from buyqueue.log.record import Poison, Recorded, read_record
from projections.rows import Row, Step, buy_row, later, storable


class Wire(NamedTuple):
    """A record as it was read, and its text where it has one."""

    record: Recorded | Poison
    text: str


@dataclass(slots=True)
class Changes:
    """What a batch adds: rows of events and poison, and the last row of each buy it touched."""

    events: list[Row] = field(default_factory=list)
    poison: list[Row] = field(default_factory=list)
    buys: dict[UUID, Row] = field(default_factory=dict)


def read_wire(partition: int, raw: ConsumerRecord) -> Wire:
    """Read a record of Kafka; never raises."""
    record = read_record(partition, raw.offset, raw.key, raw.value, headers=raw.headers)
    return Wire(record, raw.value.decode() if isinstance(record, Recorded) else "")


def fold_batch(
    states: MutableMapping[UUID, State], batch: Iterable[Wire], changes: Changes
) -> None:
    """Fold a batch, in log order, over the states of its buys, and add to the changes.

    A missing state is Absent. NB: `states` holds the new ones afterwards, so it must be dropped
    if they are not stored.
    """
    steps: dict[UUID, list[Step]] = {}
    for record, text in batch:
        if isinstance(record, Poison):
            reason = storable(record.reason)
            place = {"partition": record.partition, "cursor": record.offset}
            changes.poison.append(place | {"reason": reason})
        else:
            _fold_one(states, changes, steps, record, text)
    for job, taken in steps.items():
        changes.buys[job] = later(changes.buys.get(job), buy_row(taken))


def is_open(state: State) -> bool:
    """Tell whether an event can still change this buy. A completed one waits for its finality."""
    match state:
        case Absent() | Failed() | Stopped() | Completed(finalized=True):
            return False
        case _:
            return True


def _fold_one(
    states: MutableMapping[UUID, State],
    changes: Changes,
    steps: dict[UUID, list[Step]],
    recorded: Recorded,
    text: str,
) -> None:
    event = recorded.event
    before = states.get(event.job_id, Absent())
    after, ignored = evolve(before, event)
    states[event.job_id] = after
    user = None if isinstance(after, Absent) else storable(after.course.order.user_id)
    changes.events.append(
        {
            "partition": recorded.partition,
            "cursor": recorded.offset,
            "job_id": event.job_id,
            "user_id": user,
            "event_id": event.event_id,
            "type": event.type,
            "occurred_at": event.occurred_at,
            "ignored": ignored,
            "body": text,
        }
    )
    if ignored is None and not isinstance(after, Absent):
        steps.setdefault(event.job_id, []).append(Step(before, after, recorded))
