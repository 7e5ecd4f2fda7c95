"""Which events a command adds to a buy's history: none if it is already satisfied."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from buyqueue.buy.evolve import evolve
from buyqueue.buy.phases import phase_text
from buyqueue.buy.state import (
    Absent,
    Awaiting,
    Completed,
    Failed,
    Signed,
    State,
    Stopped,
    Stopping,
)
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyCancelled, BuyCompleted, BuyRequested, PhaseAdvanced


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes, when, and under which id: chosen outside, so that deciding stays pure."""

    event_id: UUID
    job_id: UUID
    occurred_at: datetime
    writer: str
    causation_id: UUID | None = None

    def envelope(self) -> dict[str, Any]:
        """Answer the keyword arguments that every event takes."""
        return {
            "event_id": self.event_id,
            "job_id": self.job_id,
            "occurred_at": self.occurred_at,
            "writer": self.writer,
            "causation_id": self.causation_id,
        }


@dataclass(frozen=True, slots=True)
class RequestBuy:
    """Ask for a buy."""

    order: dict[str, Any] = field(default_factory=dict)
    """The fields of BuyRequested beside its envelope."""


@dataclass(frozen=True, slots=True)
class CancelBuy:
    """Ask to stop a buy."""

    requested_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Record what a step did or found out."""

    event: Event


Command = RequestBuy | CancelBuy | Record


def decide(state: State, command: Command, stamp: Stamp) -> list[Event]:
    """Answer the events to append, in order. Deciding twice adds nothing the second time."""
    match command:
        case RequestBuy():
            if not isinstance(state, Absent):
                return []
            return [BuyRequested(**stamp.envelope(), **command.order)]
        case CancelBuy():
            return _cancel(state, command, stamp)
        case Record(event=BuyCompleted() as event) if isinstance(state, Signed):
            # Phase 4 is shown only once the chain has confirmed, so it comes with the result.
            phase = advance(stamp, 4)
            both = [phase] if state.course.phase == 3 else []
            return [*both, event] if evolve(state, event).ignored is None else []
        case Record(event=event):
            return [] if evolve(state, event).ignored else [event]


def advance(stamp: Stamp, number: int) -> PhaseAdvanced:
    """Write the event of reaching a phase."""
    text = phase_text(number)
    return PhaseAdvanced(
        **stamp.envelope(),
        phase=number,
        title=text.title,
        percent=text.percent,
        description=text.description,
        operation=text.operation,
    )


def _cancel(state: State, command: CancelBuy, stamp: Stamp) -> list[Event]:
    match state:
        case Absent() | Completed() | Failed() | Stopped() | Stopping():
            return []
        case Signed(cancel_pending=True) | Awaiting(cancel_pending=True):
            return []
        case _:
            return [
                BuyCancelled(
                    **stamp.envelope(), requested_by=command.requested_by, reason=command.reason
                )
            ]
