"""By what a repeated order is known: the names that its client gave it, as digests. Pure."""

import hashlib
from typing import Final, Literal

RESTORED: Final = "sha256:"
"""Begins the name of a submission that was restored from the log, which has digests only."""
Kind = Literal["key", "reference"]


def digest_of(kind: Kind, user_id: str, name: str) -> str:
    """Answer SHA-256, in hex, of an `Idempotency-Key` or of a sealed key's reference.

    The user is in it: the same name is another order's with another user.
    """
    return hashlib.sha256(f"{kind}\0{user_id}\0{name}".encode()).hexdigest()


def restored_name(digest: str) -> str:
    """Answer how a restored submission has this name."""
    return RESTORED + digest
