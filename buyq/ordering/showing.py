"""What the commands show of a service's answers, a line for each thing. Pure."""

from api.record.shapes import JobItem, TimelineEvent
from buyq.client import CREATED, Message
from buyqueue.contract.quote import QuoteView
from buyqueue.contract.shapes import ExternalBuyProgress, ExternalBuyResult, JobView


def message_line(message: Message) -> str:
    """Show a live message."""
    match message.payload:
        case ExternalBuyProgress() as progress:
            return progress_line(progress)
        case ExternalBuyResult() as result:
            return result_line(result)
        case _:
            return "  0 %  Queued" if message.name == CREATED else message.name


def progress_line(progress: ExternalBuyProgress) -> str:
    """Show how far a buy is, and what is happening."""
    details = progress.details
    what = details.error or details.current_operation or progress.phase_description
    return f"{progress.progress:3} %  {progress.phase_title}: {what}"


def result_line(result: ExternalBuyResult) -> str:
    """Show how a buy ended."""
    if not result.success:
        return f"{result.status}: {result.error} ({result.code})"
    return (
        f"{result.status}: {result.tokens_received} base units for {result.lamports_spent} "
        f"lamports at {result.platform}, {result.transaction_signature}"
    )


def status_lines(view: JobView) -> list[str]:
    """Show how a buy stands."""
    unknown = " (outcome unknown)" if view.outcome_unknown else ""
    last = result_line(view.result) if view.result else progress_line(view.progress)
    return [f"{view.job_id}  {view.status}{unknown}", last]


def item_line(item: JobItem) -> str:
    """Show a job of a list."""
    return "  ".join(
        (item.created_at, item.job_id, f"{item.status:9}", f"{item.buy_amount:g} SOL",
         item.token_address, item.user_id)
    )  # fmt: skip


def event_line(event: TimelineEvent) -> str:
    """Show an event of the log."""
    ignored = "" if event.accepted else f"  ignored: {event.ignored_reason}"
    return f"{event.occurred_at}  {event.cursor:6}  {event.type}  {event.writer}{ignored}"


def quote_lines(quote: QuoteView) -> list[str]:
    """Show a price."""
    fees = quote.fees
    beside = {
        "network": fees.network_lamports, "priority, at most": fees.priority_lamports,
        "rent": fees.rent_lamports, "tip": fees.tip_lamports,
    }  # fmt: skip
    impact = "" if quote.price_impact is None else f", price impact {quote.price_impact:g} %"
    return [
        f"{quote.expected_out} base units for {quote.lamports} lamports at {quote.platform}",
        f"at least {quote.minimum_out} with {quote.slippage:g} % slippage{impact}",
        f"because {quote.reason}",
        *(f"{name}: {lamports} lamports" for name, lamports in beside.items() if lamports != "0"),
    ]
