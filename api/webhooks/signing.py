"""How a delivery is signed: by Standard Webhooks 1.0 (standardwebhooks.com). Pure."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from buyqueue.secret import Secret

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
"""The standard takes 24 to 64."""
ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"


def secret_text(secret: Secret) -> str:
    """Write a secret as its owner keeps it."""
    return PREFIX + base64.b64encode(secret.reveal()).decode()


def signature(secret: Secret, event_id: str, timestamp: int, body: bytes) -> str:
    """Sign `id.timestamp.body` by HMAC-SHA256: `v1,` and base64."""
    signed = b".".join((event_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret.reveal(), signed, "sha256")).decode()


def signed_headers(
    secrets: Sequence[Secret], event_id: str, now: datetime, body: bytes
) -> dict[str, str]:
    """Answer the three headers; with one signature for each secret that is good, by spaces.

    The timestamp, in seconds, is that of this attempt: a receiver refuses what is old, and a retry
    is not.
    """
    timestamp = int(now.timestamp())
    signatures = [signature(secret, event_id, timestamp, body) for secret in secrets]
    return {ID: event_id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(signatures)}
