"""What a worker has to do next for a buy. Pure: looks at the folded state and nothing else."""

from dataclasses import dataclass
from typing import Final

from buyqueue.buy.state import (
    Awaiting,
    Completed,
    Course,
    Failure,
    Preparing,
    Quoted,
    Signed,
    State,
    Stopping,
)
from buyqueue.errors import Code


@dataclass(frozen=True, slots=True)
class AdvancePhase:
    """Announce a phase that needs no work before it."""

    phase: int


@dataclass(frozen=True, slots=True)
class PrepareWallet:
    """Check the wallet, its balance and the token; then phase 3 begins."""


@dataclass(frozen=True, slots=True)
class QuoteBuy:
    """Find the venue and its offer."""


@dataclass(frozen=True, slots=True)
class SignBuy:
    """Build, guard and sign the transaction of the accepted offer."""


@dataclass(frozen=True, slots=True)
class RequestSignature:
    """Build and guard the transaction of the accepted offer, for the user's wallet to sign."""


@dataclass(frozen=True, slots=True)
class AwaitSignature:
    """Wait for the client's answer, and until what it was asked to sign can no longer land."""


@dataclass(frozen=True, slots=True)
class RecordSignature:
    """Write down the transaction with the signature that the client answered."""


@dataclass(frozen=True, slots=True)
class LandBuy:
    """Send the recorded bytes, and again, until the chain or a proof of expiry decides."""


@dataclass(frozen=True, slots=True)
class FinalizeBuy:
    """Wait until the landed transaction is finalized, or is proven to be taken back."""


@dataclass(frozen=True, slots=True)
class StopBuy:
    """Record that the buy is stopped."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Record the failure that used up the last attempt, or that the order is too old."""

    code: str
    error: str


Step = (
    AdvancePhase
    | PrepareWallet
    | QuoteBuy
    | SignBuy
    | RequestSignature
    | AwaitSignature
    | RecordSignature
    | LandBuy
    | FinalizeBuy
    | StopBuy
    | GiveUp
)


TOO_OLD: Final = GiveUp(Code.ORDER_TOO_OLD, "Order too old: it was not signed in time")


def next_step(
    state: State, max_attempts: int, *, too_old: bool = False, waited: bool = False
) -> Step | None:
    """Answer the one step that is due, or None when nothing is.

    `too_old`: the log says that the order has waited longer than an order may. Then nothing more
    of it is signed; what is signed already goes on. `waited`: nor is a wallet asked again that
    did not answer, as the log says that it had time enough.
    """
    match state:
        case Preparing(course=Course(failure=Failure() as failure)) if _final(failure, waited):
            return GiveUp(failure.code, failure.error)
        case Preparing() | Quoted() if too_old:
            return TOO_OLD
        case Preparing(course=course) if course.attempt > max_attempts and course.failure:
            return GiveUp(course.failure.code, course.failure.error)
        case Preparing(course=course):
            return _prepare(course.phase)
        case Quoted(course=course):
            return RequestSignature() if course.order.custody == "client" else SignBuy()
        case Awaiting(signature=str(), cancel_pending=False):
            return RecordSignature()
        case Awaiting():
            return AwaitSignature()
        case Signed():
            return LandBuy()
        case Stopping():
            return StopBuy()
        case Completed(finalized=False):
            return FinalizeBuy()
        case _:
            return None


def _final(failure: Failure, waited: bool) -> bool:  # noqa: FBT001
    """Tell whether an attempt's failure ends the buy, although attempts may be left."""
    refused = failure.code == Code.SIGNATURE_REFUSED
    return refused or (waited and failure.code == Code.SIGNATURE_TIMEOUT)


def _prepare(phase: int) -> Step:
    if phase < 2:
        return AdvancePhase(phase + 1)
    return PrepareWallet() if phase == 2 else QuoteBuy()
