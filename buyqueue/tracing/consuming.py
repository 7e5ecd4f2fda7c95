"""The span of a record that was consumed: below the append that wrote it."""

from datetime import datetime

from buyqueue.log.record import Recorded
from buyqueue.log.topic import BUYS
from buyqueue.tracing.spans import Spans
from buyqueue.tracing.traceparent import parse


def consumed(spans: Spans, group: str, record: Recorded, began: datetime) -> None:
    """Note it, from then till now; nothing where its append was not traced."""
    if not spans.on or record.traceparent is None:
        return
    told: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": BUYS,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.consumer.group.name": group,
        "messaging.kafka.offset": record.offset,
        "messaging.message.id": str(record.event.event_id),
        "buyq.job_id": str(record.event.job_id),
        "buyq.event_type": record.event.type,
    }
    spans.took(f"process {BUYS}", told, parse(record.traceparent), began)
