"""What an event means as progress."""

from buyqueue.amounts import lamports_to_sol, sol_text
from buyqueue.buy.phases import TOTAL_PHASES, phase_text
from buyqueue.buy.state import Absent, Awaiting, Completed, Course, Known, Order, Preparing, Signed
from buyqueue.contract.shapes import ExternalBuyProgress, ProgressDetails, ProgressStatus
from buyqueue.contract.signing import signing_details
from buyqueue.contract.status import outcome_unknown, platform_of
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    AttemptFailed,
    BuyCancelled,
    BuyCompleted,
    BuyExpired,
    BuyFailed,
    BuyFinalized,
    BuyQuoted,
    BuyReverted,
    BuySent,
    BuyStopped,
    BuyUndecided,
    PhaseAdvanced,
)
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)


def queued_progress(order: Order) -> ExternalBuyProgress:
    """Answer the progress of a buy that waits for a worker."""
    return _progress(
        Preparing(Course(order)), ProgressDetails(), "started", title="Queued", percent=0
    )


def progress_of(before: Absent | Known, after: Known, event: Event) -> ExternalBuyProgress | None:
    """Answer the progress that an accepted event makes, or None if it makes none."""
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
                platform=platform_of(after),
                attempt=attempt,
            )
        case BuyUndecided():
            details = ProgressDetails(
                current_operation="Outcome unknown; asking the chain until it is proven",
                transaction_signature=event.signature,
                attempt=attempt,
            )
        case BuyCancelled() if isinstance(after, Awaiting):
            details = ProgressDetails(
                current_operation="Cancel pending: the wallet may still sign and send it itself"
            )
        case BuyCancelled() if isinstance(after, Signed):
            details = ProgressDetails(
                current_operation="Cancel pending: the transaction may still land",
                transaction_signature=after.signature,
            )
        case SignatureRequested() | SignatureAnswered() | SignatureFound() | SignatureExpired():
            details = signing_details(after, event)
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
        case BuyFinalized(landed_anew=anew) if anew and isinstance(after, Completed):
            details = ProgressDetails(
                current_operation="Finalized; a fork changed the figures",
                transaction_signature=event.signature,
                platform=after.platform,
                actual_sol_spent=sol_text(anew.lamports_spent),
                attempt=attempt,
            )
            return _progress(after, details, "completed")
        case BuyReverted():
            details = ProgressDetails(
                error=event.error, code=event.code, transaction_signature=event.signature
            )
            return _progress(after, details, "failed")
        case BuyFailed():
            details = ProgressDetails(
                error=event.error,
                code=event.code,
                transaction_signature=event.signature,
                platform=platform_of(before) or None,
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
