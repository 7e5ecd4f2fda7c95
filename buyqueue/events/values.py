"""What events are made of beside plain fields. Part of the wire format, as the events are."""

from typing import Annotated

from pydantic import Field, StringConstraints

from buyqueue.events.envelope import U64, Bps, Frozen, Text

ErrorCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A value of `buyqueue.errors.Code`, or of a newer writer's: an old reader must not choke on it."""
Phase = Annotated[int, Field(ge=1, le=4, strict=True)]


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hex."""


class Idempotency(Frozen):
    """By what a repeat of an order is known, should Postgres lose it: digests, never the names.

    `buyqueue.idempotency` makes those of the names.
    """

    key: Digest | None = None
    """Of the `Idempotency-Key`."""
    reference: Digest | None = None
    """Of the reference of a key that its client sealed: it works once."""
    order: Digest
    """Of what was asked for: another order under the same key is refused."""


class Fees(Frozen):
    """What a buy costs beside its price, in lamports; zero where there is none."""

    network: U64 = 0
    priority: U64 = 0
    rent: U64 = 0
    tip: U64 = 0
    venue_bps: Bps = 0
    """The venue's fees together, as quoted; they are within the price."""
    protocol: U64 = 0
    creator: U64 = 0
    lp: U64 = 0
    """What the venue itself took of a landed buy, for whom; they are within the price."""
    rent_returned: U64 = 0
    """What the wallet got back of rent that it had paid before, where the buy closed an account."""


class VenueSeen(Frozen):
    """A place where the token was seen to trade when the venue was chosen."""

    platform: str
    pool: str
    standing: str
    """`open`, `migrating` or `closed`."""
    depth_lamports: U64
    reason: Text


class ExpiryProof(Frozen):
    """One node's word that a signature is absent and can no longer land."""

    node: str
    finalized_block_height: U64
    finalized_slot: U64
    searched_at_slot: U64
    """`context.slot` of the answer in which the signature was absent; >= `finalized_slot`."""


class Landing(Frozen):
    """What a transaction did where it landed at last."""

    lamports_spent: U64
    price_lamports: U64 | None = None
    tokens_received: U64
    token_decimals: Annotated[int, Field(ge=0, le=255)]
    fees: Fees = Fees()
