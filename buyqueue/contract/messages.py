"""What an event means for those who watch: the same for live sockets, replays and the status.

Pure functions of the folded state and the event, so a replay says what the live relay said.
"""

from dataclasses import dataclass
from typing import Literal

from buyqueue.amounts import lamports_to_sol, sol_text
from buyqueue.buy.phases import TOTAL_PHASES, phase_text
from buyqueue.buy.state import (
    Absent,
    Completed,
    Course,
    Failed,
    Known,
    Order,
    Preparing,
    Quoted,
    Signed,
    Stopped,
    Stopping,
)
from buyqueue.contract.shapes import (
    ExternalBuyProgress,
    ExternalBuyResult,
    JobCreated,
    JobStatus,
    ProgressDetails,
    ProgressStatus,
)
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    AttemptFailed,
    BuyCancelled,
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyQuoted,
    BuyRequested,
    BuySent,
    BuyStopped,
    BuyUndecided,
    PhaseAdvanced,
)

MessageName = Literal["external_buy_job_created", "external_buy_progress", "external_buy_result"]


@dataclass(frozen=True, slots=True)
class Message:
    """A socket event; `user_id` names the room."""

    name: MessageName
    user_id: str
    payload: JobCreated | ExternalBuyProgress | ExternalBuyResult


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


def queued_progress(order: Order) -> ExternalBuyProgress:
    """Answer the progress of a buy that waits for a worker."""
    return _progress(
        Preparing(Course(order)), ProgressDetails(), "started", title="Queued", percent=0
    )


def messages(
    before: Absent | Known, after: Known, event: Event, partition: int, offset: int
) -> list[Message]:
    """Answer what to tell about an accepted event, in order. Empty for what concerns nobody."""
    placed = {"partition": partition, "cursor": offset}
    order = after.course.order
    if isinstance(event, BuyRequested):
        created = job_created(order).model_copy(update=placed)
        return [Message("external_buy_job_created", order.user_id, created)]
    told: list[Message] = []
    if progress := _progress_of(before, after, event):
        told.append(
            Message("external_buy_progress", order.user_id, progress.model_copy(update=placed))
        )
    if result := _result_of(before, after, event):
        told.append(Message("external_buy_result", order.user_id, result.model_copy(update=placed)))
    return told


def job_created(order: Order) -> JobCreated:
    """Answer the confirmation of a new job."""
    moment = order.requested_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return JobCreated(
        job_id=str(order.job_id),
        user_id=order.user_id,
        token_address=order.mint,
        buy_amount=lamports_to_sol(order.lamports),
        created_at=moment,
    )


def _progress_of(  # one row an event
    before: Absent | Known, after: Known, event: Event
) -> ExternalBuyProgress | None:
    attempt = after.course.attempt
    match event:
        case PhaseAdvanced(phase=4):
            return None  # told with BuyCompleted, which follows it and has the figures
        case PhaseAdvanced():
            details = ProgressDetails(current_operation=event.operation)
            return _progress(after, details, "started" if event.phase == 1 else "in_progress")
        case BuyQuoted():
            text = f"Quoted by {event.platform}: {event.reason}"
            details = ProgressDetails(
                current_operation=text, platform=event.platform, attempt=attempt
            )
        case BuySent():
            details = ProgressDetails(
                current_operation="Sent; waiting for confirmation",
                transaction_signature=event.signature,
                platform=_platform(after),
                attempt=attempt,
            )
        case BuyUndecided():
            details = ProgressDetails(
                current_operation="Outcome unknown; asking the chain until it is proven",
                transaction_signature=event.signature,
                attempt=attempt,
            )
        case BuyCancelled() if isinstance(after, Signed):
            details = ProgressDetails(
                current_operation="Cancel pending: the transaction may still land",
                transaction_signature=after.signature,
            )
        case BuyExpired():
            text = "The transaction expired unlanded"
            details = ProgressDetails(current_operation=text, attempt=event.attempt)
        case AttemptFailed():
            text = f"Attempt {event.attempt} failed: {event.error}"
            details = ProgressDetails(
                current_operation=text, attempt=event.attempt, code=event.code
            )
        case BuyCompleted():
            details = ProgressDetails(
                current_operation=phase_text(4).operation,
                transaction_signature=event.signature,
                platform=event.platform,
                actual_sol_spent=sol_text(event.lamports_spent),
                attempt=event.attempt,
            )
            return _progress(after, details, "completed")
        case BuyFailed():
            details = ProgressDetails(
                error=event.error,
                code=event.code,
                transaction_signature=event.signature,
                platform=_platform(before) or None,
            )
            return _progress(after, details, "failed")
        case BuyStopped():
            return _progress(after, ProgressDetails(error="Cancelled"), "failed")
        case _:
            return None
    return _progress(after, details, "in_progress")


def _progress(
    state: Known,
    details: ProgressDetails,
    status: ProgressStatus,
    *,
    title: str | None = None,
    percent: int | None = None,
) -> ExternalBuyProgress:
    order, number = state.course.order, state.course.phase
    text = phase_text(max(1, number))
    return ExternalBuyProgress(
        job_id=str(order.job_id),
        token_address=order.mint,
        user_id=order.user_id,
        phase=number,
        total_phases=TOTAL_PHASES,
        phase_title=title or (text.title if number else "Queued"),
        phase_description=text.description if number else "Waiting for a worker",
        progress=percent if percent is not None else (text.percent if number else 0),
        status=status,
        buy_amount=lamports_to_sol(order.lamports),
        details=details,
        outcome_unknown=outcome_unknown(state),
    )


def _result_of(before: Absent | Known, after: Known, event: Event) -> ExternalBuyResult | None:
    if not isinstance(event, BuyCompleted | BuyFailed | BuyStopped):
        return None
    order = after.course.order
    bought = event if isinstance(event, BuyCompleted) else None
    failed = event if isinstance(event, BuyFailed) else None
    landed = bought or failed
    spent = landed.lamports_spent if landed else 0
    stopped = isinstance(event, BuyStopped)
    return ExternalBuyResult(
        job_id=str(order.job_id),
        success=bought is not None,
        buy_amount=lamports_to_sol(order.lamports),
        actual_sol_spent=lamports_to_sol(spent),
        transaction_signature=(landed.signature or "") if landed else "",
        platform=bought.platform if bought else _platform(before),
        error="Cancelled" if stopped else failed.error if failed else None,
        code="cancelled" if stopped else failed.code if failed else None,
        completed_at=round(event.occurred_at.timestamp() * 1000),
        duration=event.duration_ms,
        token_address=order.mint,
        user_id=order.user_id,
        status=status_of(after),
        lamports_spent=str(spent),
        tokens_received=str(bought.tokens_received if bought else 0),
        token_decimals=bought.token_decimals if bought else None,
        slot=landed.slot if landed else None,
    )


def _platform(state: Absent | Known) -> str:
    return state.quote.platform if isinstance(state, Quoted | Signed) else ""
