"""What the projector counts of each batch that it has stored."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.log.record import Poison, Recorded
from buyqueue.metrics import Metrics
from buyqueue.tracing.consuming import consumed
from buyqueue.tracing.spans import Spans
from projections.fold import Changes
from projections.tally import Tally, open_query, tally_of


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


async def standing(engine: AsyncEngine, partitions: Collection[int]) -> Tally:
    """Count the open buys of these partitions; raises what SQLAlchemy raises.

    NB: a projector has in memory only those that moved since it began.
    """
    async with engine.connect() as connection:
        return tally_of(list(await connection.execute(open_query(partitions))), [], 0)


def gauge(metrics: Metrics, tally: Tally, lags: Mapping[int, int]) -> None:
    """Set what is true of the open buys of this projector's partitions now."""
    metrics.open.set(tally.queued + tally.active)
    metrics.queued.set(tally.queued)
    metrics.unknown.set(tally.outcome_unknown)
    metrics.lag.clear()
    for partition, lag in lags.items():
        metrics.lag.labels(str(partition)).set(lag)
