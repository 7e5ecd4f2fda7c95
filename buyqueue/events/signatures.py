"""The events of a transaction that the user's own wallet signs: wire format, as the others are."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from buyqueue.events.envelope import U64, Attempt, Envelope, Signature
from buyqueue.events.values import ExpiryProof


class SignatureRequested(Envelope):
    """The user's own wallet is asked to sign exactly this transaction; its `eventId` names it.

    Accepted once an attempt. From now on the wallet's holder may sign it and send it alone, so
    nothing else is asked for before this one can no longer land.
    """

    type: Literal["SignatureRequested"] = "SignatureRequested"
    attempt: Attempt
    transaction: str
    """The whole transaction, base64; the wallet's signature, the first, is empty."""
    last_valid_block_height: U64
    searched_from: U64
    """A slot that was finalized before anybody had the transaction: it can land only later."""


class SignatureAnswered(Envelope):
    """What the client answered to a request: the wallet's signature, verified, or a refusal."""

    type: Literal["SignatureAnswered"] = "SignatureAnswered"
    attempt: Attempt
    request_id: UUID
    signature: Signature | None = None
    """None: refused. Whoever refused may still sign: only SignatureExpired ends the request."""


class SignatureFound(Envelope):
    """The chain holds the transaction that was asked for under a signature that nobody told us.

    A wallet may sign one message in many valid ways, and its holder may send it alone.
    """

    type: Literal["SignatureFound"] = "SignatureFound"
    attempt: Attempt
    signature: Signature
    transaction: str
    """The whole signed transaction, base64."""


class SignatureExpired(Envelope):
    """The transaction that was asked for can no longer land, under no signature of the wallet."""

    type: Literal["SignatureExpired"] = "SignatureExpired"
    attempt: Attempt
    request_id: UUID
    last_valid_block_height: U64
    proofs: Annotated[tuple[ExpiryProof, ...], Field(min_length=1)]
