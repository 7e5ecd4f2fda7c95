"""What is posted: a message of the relay, and the name by which a receiver knows it again. Pure."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.relay.told import Told

PING = "ping"


def event_id(told: Told) -> str:
    """Name a message: partition, cursor and name. The same at every attempt, and every webhook."""
    return f"{told.partition}:{told.cursor}:{told.name}"


def passed(told: Told) -> tuple[int, int]:
    """Answer the partition and the cursor that a delivery has passed.

    Of the payload: an end's progress counts as not the last (see `contract.messages`).
    """
    return told.partition, told.payload["cursor"]


def body_of(name: str, data: Mapping[str, Any]) -> bytes:
    """Write `{type, data}` as JSON in UTF-8."""
    body = {"type": name, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def ping(webhook_id: UUID, number: UUID) -> tuple[str, bytes]:
    """Make the id and body of a delivery that tells nothing."""
    return f"{PING}:{number}", body_of(PING, {"webhookId": str(webhook_id)})
