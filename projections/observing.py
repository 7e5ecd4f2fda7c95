"""What the projector counts of each batch that it has stored."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from buyqueue.buy.state import Preparing, Signed, State
from buyqueue.log.record import Poison, Recorded
from buyqueue.metrics import Metrics
from buyqueue.tracing.consuming import consumed
from buyqueue.tracing.spans import Spans
from projections.fold import Changes, is_open


def count(metrics: Metrics, changes: Changes) -> None:
    """Count a batch, after its transaction: once, since offsets move in the same one."""
    for event in changes.events:
        metrics.events.labels(event.type, "true" if event.ignored else "false").inc()
    metrics.poison.inc(len(changes.poison))
    for buy in changes.buys.values():
        if buy["completed_at"] is None:
            continue
        outcome, result = buy["status"], json.loads(buy["result"] or "{}")
        platform = result.get("platform") or ""
        metrics.ended.labels(outcome, platform, result.get("code") or "").inc()
        took = (buy["completed_at"] - buy["created_at"]).total_seconds()
        metrics.took.labels(outcome).observe(max(0.0, took))


def trace(spans: Spans, group: str, records: Iterable[Recorded | Poison], began: datetime) -> None:
    """Note in each buy's trace that its record is stored, after the transaction."""
    for record in records:
        if isinstance(record, Recorded):
            consumed(spans, group, record, began)


def gauge(metrics: Metrics, states: Iterable[State], lags: Mapping[int, int]) -> None:
    """Set what is true of the open buys of this projector's partitions now."""
    known = [state for state in states if is_open(state)]
    metrics.open.set(len(known))
    metrics.queued.set(sum(_queued(state) for state in known))
    metrics.unknown.set(sum(isinstance(state, Signed) and state.undecided for state in known))
    metrics.lag.clear()
    for partition, lag in lags.items():
        metrics.lag.labels(str(partition)).set(lag)


def _queued(state: State) -> bool:
    return isinstance(state, Preparing) and state.course.phase == 0
