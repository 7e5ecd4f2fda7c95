"""Folding a batch of the log into rows. Pure, but for the states it is given to advance."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, Completed, Failed, State, Stopped
from buyqueue.log.record import Poison, Recorded, read_record
from projections.rows import Row, Step, buy_row, later, storable, storable_body


class Wire(NamedTuple):
    """A record as it was read, and its text, as a column can hold it, where it has one."""

    record: Recorded | Poison
    text: str


class EventRow(NamedTuple):
    """A row of `buy_events`."""

    partition: int
    cursor: int
    job_id: UUID
    user_id: str | None
    event_id: UUID
    type: str
    occurred_at: datetime
    ignored: str | None
    body: str


class PoisonRow(NamedTuple):
    """A row of `poison_records`."""

    partition: int
    cursor: int
    reason: str


@dataclass(slots=True)
class Changes:
    """What a batch adds: rows of events and poison, and the last row of each buy it touched."""

    events: list[EventRow] = field(default_factory=list)
    poison: list[PoisonRow] = field(default_factory=list)
    buys: dict[UUID, Row] = field(default_factory=dict)


def read_wire(
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]] = (),
) -> Wire:
    """Read a record of Kafka; never raises."""
    record = read_record(partition, offset, key, value, headers=headers)
    has_text = value and isinstance(record, Recorded)
    return Wire(record, storable_body((value or b"").decode()) if has_text else "")


def fold_batch(
    states: MutableMapping[UUID, State], batch: Iterable[Wire], changes: Changes
) -> None:
    """Fold a batch, in log order, over the states of its buys, and add to the changes.

    A missing state is Absent. NB: `states` holds the new ones afterwards, so it must be dropped
    if they are not stored.
    """
    courses: dict[UUID, _Course] = {}
    for record, text in batch:
        if isinstance(record, Poison):
            reason = storable(record.reason)
            changes.poison.append(PoisonRow(record.partition, record.offset, reason))
            continue
        job = record.event.job_id
        course = courses.get(job)
        if course is None:
            course = courses[job] = _Course(states.get(job, _ABSENT))
        changes.events.append(course.take(record, text))
    for job, course in courses.items():
        states[job] = course.state
        if course.steps:
            changes.buys[job] = later(changes.buys.get(job), buy_row(course.steps))


def is_open(state: State) -> bool:
    """Tell whether an event can still change this buy. A completed one waits for its finality."""
    match state:
        case Absent() | Failed() | Stopped() | Completed(finalized=True):
            return False
        case _:
            return True


_ABSENT: Final = Absent()


class _Course:
    """A buy on its way through a batch."""

    __slots__ = ("state", "steps", "user")

    def __init__(self, state: State) -> None:
        self.state = state
        self.steps: list[Step] = []
        self.user = None if isinstance(state, Absent) else storable(state.course.order.user_id)

    def take(self, recorded: Recorded, text: str) -> EventRow:
        before, event = self.state, recorded.event
        after, ignored = evolve(before, event)
        if ignored is None and not isinstance(after, Absent):
            if isinstance(before, Absent):
                self.user = storable(after.course.order.user_id)
            self.state = after
            self.steps.append(Step(before, after, recorded))
        return EventRow(
            recorded.partition,
            recorded.offset,
            event.job_id,
            self.user,
            event.event_id,
            event.type,
            event.occurred_at,
            ignored,
            text,
        )
