"""The public names of a buy's states."""

from buyqueue.buy.state import (
    Absent,
    Awaiting,
    Completed,
    Course,
    Failed,
    Known,
    Preparing,
    Quoted,
    Signed,
    Stopped,
    Stopping,
)
from buyqueue.contract.shapes import JobStatus


def status_of(state: Known) -> JobStatus:
    """Answer a state's public name."""
    match state:
        case Preparing(course=Course(phase=0)):
            return "queued"
        case Stopping() | Stopped():
            return "cancelled"
        case Completed():
            return "completed"
        case Failed():
            return "failed"
        case _:
            return "active"


def outcome_unknown(state: Known) -> bool:
    """Tell whether a transaction may have landed and nothing is proven."""
    return isinstance(state, Signed) and state.undecided


def platform_of(state: Absent | Known) -> str:
    """Answer the venue of the offer under way or taken; empty if there is none."""
    if isinstance(state, Completed):
        return state.platform
    return state.quote.platform if isinstance(state, Quoted | Awaiting | Signed) else ""
