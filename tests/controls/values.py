"""What example events are made of."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from buyqueue.events.values import ExpiryProof

JOB = UUID("0190b6d0-0000-7000-8000-000000000001")
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
MINT = "4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R"
WALLET = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"
SIGNATURES = tuple(letter * 88 for letter in "123")
QUOTES = tuple(UUID(int=JOB.int + 100 + n) for n in range(3))


def envelope(event_id: UUID = JOB, **other: Any) -> dict[str, Any]:
    return {"event_id": event_id, "job_id": JOB, "occurred_at": MOMENT, "writer": "test/1"} | other


def proof() -> ExpiryProof:
    return ExpiryProof(
        node="node:8899", finalized_block_height=400, finalized_slot=500, searched_at_slot=501
    )
