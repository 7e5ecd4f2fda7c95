"""One example of each event of a transaction that the user's own wallet signs."""

from uuid import UUID

from buyqueue.events.events import BuySigned
from buyqueue.events.signatures import (
    SignatureAnswered,
    SignatureExpired,
    SignatureFound,
    SignatureRequested,
)
from tests.controls.values import JOB, QUOTES, SIGNATURES, envelope, proof

REQUESTS = tuple(UUID(int=JOB.int + 200 + n) for n in range(3))
LAST_VALID = 300
SEARCHED_FROM = 90


def signature_requested(
    attempt: int = 1, request: UUID = REQUESTS[0], quote: UUID = QUOTES[0]
) -> SignatureRequested:
    return SignatureRequested(
        **envelope(request, causation_id=quote),
        attempt=attempt,
        transaction="AQ==",
        last_valid_block_height=LAST_VALID,
        searched_from=SEARCHED_FROM,
    )


def signature_answered(
    attempt: int = 1, request: UUID = REQUESTS[0], signature: str | None = SIGNATURES[0]
) -> SignatureAnswered:
    return SignatureAnswered(
        **envelope(causation_id=request), attempt=attempt, request_id=request, signature=signature
    )


def signature_found(attempt: int = 1, signature: str = SIGNATURES[0]) -> SignatureFound:
    return SignatureFound(**envelope(), attempt=attempt, signature=signature, transaction="AQ==")


def signature_expired(attempt: int = 1, request: UUID = REQUESTS[0]) -> SignatureExpired:
    return SignatureExpired(
        **envelope(causation_id=request),
        attempt=attempt,
        request_id=request,
        last_valid_block_height=LAST_VALID,
        proofs=(proof(),),
    )


def signed_by_wallet(
    attempt: int = 1, signature: str = SIGNATURES[0], request: UUID = REQUESTS[0]
) -> BuySigned:
    return BuySigned(
        **envelope(causation_id=request),
        attempt=attempt,
        signature=signature,
        transaction="AQ==",
        last_valid_block_height=LAST_VALID,
    )
