"""The confirmation of a job, and its result."""

from buyqueue.amounts import lamports_to_sol
from buyqueue.buy.state import Absent, Completed, Known, Order
from buyqueue.contract.shapes import ExternalBuyResult, FeeReport, JobCreated
from buyqueue.contract.status import platform_of, status_of
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    BuyCompleted,
    BuyFailed,
    BuyFinalized,
    BuyReverted,
    BuyStopped,
)
from buyqueue.events.values import Landing


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


def result_of(before: Absent | Known, after: Known, event: Event) -> ExternalBuyResult | None:
    """Answer the result that an event makes, or None if it makes none.

    One event makes a buy's result, its end. Where a fork took the landing back or changed it
    before it was final, one more event corrects it: then this result holds, not the first.
    """
    match event:
        case BuyFinalized(landed_anew=Landing() as anew) if isinstance(after, Completed):
            return _anew(after, event, anew)
        case BuyCompleted() | BuyFailed() | BuyReverted() | BuyStopped():
            return _ended(before, after, event)
        case _:
            return None


def _ended(
    before: Absent | Known,
    after: Known,
    event: BuyCompleted | BuyFailed | BuyReverted | BuyStopped,
) -> ExternalBuyResult:
    order = after.course.order
    bought = event if isinstance(event, BuyCompleted) else None
    failed = event if isinstance(event, BuyFailed | BuyReverted) else None
    landed = None if isinstance(event, BuyReverted) and event.slot is None else bought or failed
    spent = landed.lamports_spent if landed else 0
    stopped = isinstance(event, BuyStopped)
    return ExternalBuyResult(
        job_id=str(order.job_id),
        success=bought is not None,
        buy_amount=lamports_to_sol(order.lamports),
        actual_sol_spent=lamports_to_sol(spent),
        transaction_signature=(landed.signature or "") if landed else "",
        platform=bought.platform if bought else platform_of(before),
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
        fees=fee_report(bought) if bought else None,
    )


def fee_report(bought: BuyCompleted | Landing) -> FeeReport | None:
    """Answer where the lamports went; None for an event of before the price was recorded."""
    if bought.price_lamports is None:
        return None
    fees = bought.fees
    return FeeReport(
        price=str(bought.price_lamports),
        network=str(fees.network),
        priority=str(fees.priority),
        rent=str(fees.rent),
        rent_returned=str(fees.rent_returned),
        tip=str(fees.tip),
        protocol=str(fees.protocol),
        creator=str(fees.creator),
        lp=str(fees.lp),
    )


def _anew(after: Completed, event: BuyFinalized, anew: Landing) -> ExternalBuyResult:
    order = after.course.order
    return ExternalBuyResult(
        job_id=str(order.job_id),
        success=True,
        buy_amount=lamports_to_sol(order.lamports),
        actual_sol_spent=lamports_to_sol(anew.lamports_spent),
        transaction_signature=event.signature,
        platform=after.platform,
        completed_at=round(event.occurred_at.timestamp() * 1000),
        duration=max(0, round((event.occurred_at - order.requested_at).total_seconds() * 1000)),
        token_address=order.mint,
        user_id=order.user_id,
        status=status_of(after),
        lamports_spent=str(anew.lamports_spent),
        tokens_received=str(anew.tokens_received),
        token_decimals=anew.token_decimals,
        slot=event.slot,
        fees=fee_report(anew),
    )
