"""The span of a step: below the request of its buy, whichever worker runs it."""

from opentelemetry.trace import SpanContext, SpanKind

from buyqueue.buy.next_step import AdvancePhase, Step
from buyqueue.buy.state import Absent
from buyqueue.log.topic import BUYS
from buyqueue.tracing.spans import NOTHING, Scope, Spans
from buyqueue.tracing.traceparent import parse
from streams.folding.live_buy import LiveBuy


def step_span(spans: Spans, buy: LiveBuy, step: Step, ahead: SpanContext | None) -> Scope:
    """Open it, linked to the event that made the step due.

    While that is on its way to the log, linked to the step that made it: `ahead`.

    All steps of a buy are in one trace: a worker that takes it over finds both in the log.
    """
    if not spans.on:
        return NOTHING
    told: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": BUYS,
        "messaging.destination.partition.id": str(buy.partition),
        "messaging.kafka.offset": buy.cursor,
        "buyq.job_id": str(buy.job_id),
    }
    if not isinstance(buy.state, Absent):
        told["buyq.attempt"] = buy.state.course.attempt
    if isinstance(step, AdvancePhase):
        told["buyq.phase"] = step.phase
    due = ahead or parse(buy.traceparent)
    return spans.begin(
        type(step).__name__,
        SpanKind.CONSUMER,
        told,
        parent=buy.trace or ahead,
        links=[due] if due and due != buy.trace else [],
    )
