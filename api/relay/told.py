"""What the relay tells: the fold of the log, as messages."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from api.relay.rooms import EveryRoom, JobRoom, Room, UserRoom
from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, Known, State
from buyqueue.contract.messages import messages
from buyqueue.log.record import Recorded
from projections.fold import is_open

REMEMBERED: Final = 100_000
"""Closed buys that are still known, so that a request appended twice opens none of them anew."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and whom it concerns."""

    name: str
    payload: Mapping[str, Any]
    user_id: str
    job_id: UUID
    partition: int
    cursor: int

    def concerns(self, room: Room | EveryRoom) -> bool:
        """Tell whether those in this room get it."""
        match room:
            case UserRoom(user_id):
                return user_id == self.user_id
            case JobRoom(job_id):
                return job_id == self.job_id
            case EveryRoom():
                return True


class Change(NamedTuple):
    """An event that counted, between two states."""

    before: State
    after: Known
    recorded: Recorded

    @property
    def rooms(self) -> tuple[UserRoom, JobRoom, EveryRoom]:
        """Who may want to know."""
        order = self.after.course.order
        return UserRoom(order.user_id), JobRoom(order.job_id), EveryRoom()

    def told(self) -> list[Told]:
        """Answer the messages, in order."""
        event, partition, offset = (
            self.recorded.event,
            self.recorded.partition,
            self.recorded.offset,
        )
        return [
            Told(
                message.name,
                message.payload.json_object(),
                message.user_id,
                event.job_id,
                partition,
                offset,
            )
            for message in messages(self.before, self.after, event, partition, offset)
        ]


def change(state: State, recorded: Recorded) -> Change | None:
    """Fold an event; None if it did not count."""
    after, ignored = evolve(state, recorded.event)
    if ignored is not None or isinstance(after, Absent):
        return None
    return Change(state, after, recorded)


class OpenBuys:
    """The states of the buys that can still change, folded from the log as it is read."""

    def __init__(self) -> None:
        self._states: dict[UUID, State] = {}
        self._closed: OrderedDict[UUID, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._states)

    def take(self, recorded: Recorded) -> Change | None:
        """Fold the next event of the log; None if it did not count."""
        job = recorded.event.job_id
        if job in self._closed:
            return None
        found = change(self._states.get(job, Absent()), recorded)
        if found is None:
            return None
        if is_open(found.after):
            self._states[job] = found.after
        else:
            self._states.pop(job, None)
            self._closed[job] = None
            if len(self._closed) > REMEMBERED:
                self._closed.popitem(last=False)
        return found
