"""The events of a buy.

These classes ARE the wire format of the topic `buys`: each has a schema snapshot under test.
Amounts are integers: lamports for SOL, base units for tokens, bps for rates, ms for durations.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from buyqueue.events.envelope import (
    U64,
    Address,
    Attempt,
    Bps,
    Envelope,
    Moment,
    Signature,
    Text,
)
from buyqueue.events.values import (
    ErrorCode,
    ExpiryProof,
    Fees,
    Idempotency,
    Landing,
    Phase,
    VenueSeen,
)


class BuyRequested(Envelope):
    """The order. Never carries a key."""

    type: Literal["BuyRequested"] = "BuyRequested"
    user_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    mint: Address
    lamports: U64
    slippage_bps: Bps
    priority_fee_lamports: U64
    platform: str
    wallet: Address
    priority: Literal["fixed", "auto"] = "fixed"
    """`auto`: what it takes at the time, and `priority_fee_lamports` is the most."""
    co_signer: bool = False
    """Whether somebody else may sign the transaction after the wallet."""
    custody: Literal["service", "remote", "client"] = "service"
    """Who signs: `service` opens the sealed key, `remote` asks the wallet's registered signer.

    `client`: the user's own wallet, which is asked by SignatureRequested.
    """
    idempotency: Idempotency | None = None
    """None where its client gave it no name: then each repeat is an order of its own."""


class BuyCancelled(Envelope):
    """Somebody with the right to it asked to stop. Whether it stops, the log decides."""

    type: Literal["BuyCancelled"] = "BuyCancelled"
    requested_by: str
    reason: Text = ""


class PhaseAdvanced(Envelope):
    """The buy reached this phase of the four."""

    type: Literal["PhaseAdvanced"] = "PhaseAdvanced"
    phase: Phase
    title: str
    percent: Annotated[int, Field(ge=0, le=100, strict=True)]
    description: str
    operation: Text = ""
    """What is being done, in a few words."""


class BuyQuoted(Envelope):
    """A venue's offer for this attempt, and why this venue."""

    type: Literal["BuyQuoted"] = "BuyQuoted"
    attempt: Attempt
    platform: str
    reason: Text
    lamports_in: U64
    expected_out: U64
    minimum_out: U64
    fees: Fees = Fees()
    price_impact_bps: int | None = None
    """Price moved against the buyer by this buy; null where the venue does not say."""
    request_id: str = ""
    """The venue's own name for the quote, for its support."""
    candidates: tuple[VenueSeen, ...] = ()
    """Every place where the token was seen to trade, the chosen one first."""


class BuySigned(Envelope):
    """The intent to send exactly these bytes. Accepted once an attempt: the first one wins."""

    type: Literal["BuySigned"] = "BuySigned"
    attempt: Attempt
    signature: Signature
    transaction: str
    """The whole signed transaction, base64. Public as soon as it is sent; holds no key."""
    last_valid_block_height: U64
    request_id: str = ""
    """Set if a second signature is still missing: the venue that adds it knows it by this name.

    The wallet's signature is the first, so it names the transaction whoever signs after it.
    """
    searched_from: U64 | None = None
    """A slot that was final before it was signed: it can land only later.

    None where the wallet was asked, as that says it, and in what an older version signed.
    """


class BuySent(Envelope):
    """These bytes were handed to these RPC nodes, at least once."""

    type: Literal["BuySent"] = "BuySent"
    attempt: Attempt
    signature: Signature
    nodes: tuple[str, ...]


class BuyUndecided(Envelope):
    """Past its last valid height, yet neither landed nor proven dead: the outcome is unknown."""

    type: Literal["BuyUndecided"] = "BuyUndecided"
    attempt: Attempt
    signature: Signature


class BuyExpired(Envelope):
    """This attempt can no longer land: one proof of every configured node."""

    type: Literal["BuyExpired"] = "BuyExpired"
    attempt: Attempt
    signature: Signature
    last_valid_block_height: U64
    proofs: Annotated[tuple[ExpiryProof, ...], Field(min_length=1)]


class AttemptFailed(Envelope):
    """An attempt ended before it was signed; the next may begin at `retry_at`."""

    type: Literal["AttemptFailed"] = "AttemptFailed"
    attempt: Attempt
    code: ErrorCode
    error: Text
    retry_at: Moment


class BuyCompleted(Envelope):
    """Terminal: the transaction landed and is confirmed."""

    type: Literal["BuyCompleted"] = "BuyCompleted"
    attempt: Attempt
    signature: Signature
    slot: U64
    platform: str
    lamports_spent: U64
    """What left the wallet: price, fees and rent, by the transaction's own metadata.

    SOL and wrapped SOL are one. It is `price_lamports` and of `fees` network, priority, rent and
    tip, less `rent_returned`.
    """
    price_lamports: U64 | None = None
    """What the tokens themselves cost, the venue's fees included."""
    tokens_received: U64
    token_decimals: Annotated[int, Field(ge=0, le=255)]
    fees: Fees = Fees()
    duration_ms: U64


class BuyFailed(Envelope):
    """Terminal: nothing was bought, and nothing of this buy can land any more."""

    type: Literal["BuyFailed"] = "BuyFailed"
    attempt: Attempt
    code: ErrorCode
    error: Text
    detail: Text = ""
    signature: Signature | None = None
    """Set if the transaction landed and the chain itself failed it."""
    slot: U64 | None = None
    lamports_spent: U64 = 0
    duration_ms: U64


class BuyStopped(Envelope):
    """Terminal: cancelled before any signature, or after the last one was proven dead."""

    type: Literal["BuyStopped"] = "BuyStopped"
    attempt: Attempt
    duration_ms: U64


class BuyFinalized(Envelope):
    """The landed transaction is finalized: no fork can take it back."""

    type: Literal["BuyFinalized"] = "BuyFinalized"
    signature: Signature
    slot: U64
    landed_anew: Landing | None = None
    """Set if a fork made it land elsewhere than `BuyCompleted` says: these figures hold."""


class BuyReverted(Envelope):
    """Corrects a `BuyCompleted`: a fork took it back before it was final, and nothing is bought.

    Either it can no longer land, by a proof of every configured node, or it landed anew and the
    chain failed it there. The buy is not made again.
    """

    type: Literal["BuyReverted"] = "BuyReverted"
    attempt: Attempt
    signature: Signature
    code: ErrorCode
    error: Text
    detail: Text = ""
    proofs: tuple[ExpiryProof, ...] = ()
    """Empty if it landed anew and failed."""
    slot: U64 | None = None
    """Where it landed anew and failed."""
    lamports_spent: U64 = 0
    duration_ms: U64
