"""What a client answered to a request to sign. Pure."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from api.orders.base58 import base58_bytes
from api.web.strict_json import shown
from buyqueue.errors import Code, InvalidInput

ANSWERS: Final = ("signature", "transaction", "refused")
"""Exactly one of them is an answer."""
SIGNATURE_BYTES: Final = 64
_MOST_BASE58: Final = 88
_MOST_BASE64: Final = 1_644
"""Of the 1,232 bytes that a transaction has at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read; not yet verified."""

    request_id: UUID
    signature: bytes | None = None
    message: bytes | None = None
    """What was signed, where the client sent the whole transaction."""

    @property
    def refused(self) -> bool:
        """Whether the wallet will not sign."""
        return self.signature is None


def answer_of(body: Mapping[str, Any]) -> Answer:
    """Read an answer; raises InvalidInput naming the field."""
    for name in body:
        if name not in ("requestId", *ANSWERS):
            raise _invalid(shown(name), f"Unknown field: {shown(name)}")
    request_id = _request_id(body.get("requestId"))
    given = [name for name in ANSWERS if body.get(name) is not None]
    if len(given) != 1:
        raise _invalid(ANSWERS[0], f"Answer with exactly one of {', '.join(ANSWERS)}")
    value = body[given[0]]
    match given[0]:
        case "signature":
            return Answer(request_id, _signature(value))
        case "transaction":
            return Answer(request_id, *_transaction(value))
        case _:
            if value is not True:
                raise _invalid("refused", "refused must be true; else leave it out")
            return Answer(request_id)


def verified(answer: Answer, transaction: str, wallet: str) -> str | None:
    """Answer the signature of the asked-for transaction by its wallet, None for a refusal.

    Raises InvalidInput(INVALID_SIGNATURE) for a signature of anything else, or by anybody else.
    """
    if answer.signature is None:
        return None
    asked = to_bytes_versioned(
        VersionedTransaction.from_bytes(base64.b64decode(transaction)).message
    )
    if answer.message is not None and answer.message != asked:
        raise _not_signed(
            "transaction",
            "The wallet changed the transaction, and only the one that was asked for is sent",
        )
    signature = Signature.from_bytes(answer.signature)
    if not signature.verify(Pubkey.from_string(wallet), asked):
        field = "signature" if answer.message is None else "transaction"
        raise _not_signed(field, f"This is not the signature of the transaction by {wallet}")
    return str(signature)


def _request_id(value: Any) -> UUID:
    found: UUID | None = None
    if isinstance(value, str) and len(value) == 36:
        try:
            found = UUID(value)
        except ValueError:
            found = None
    if found is None:
        raise _invalid("requestId", "requestId must be the id of a request to sign")
    return found


def _signature(value: Any) -> bytes:
    # NB: bounded first, as reading base 58 costs the square of its length.
    fits = isinstance(value, str) and len(value) <= _MOST_BASE58
    raw = base58_bytes(value) if fits else None
    if raw is None or len(raw) != SIGNATURE_BYTES:
        # NB: the value is not repeated: a wallet's key is as long, and people mistake fields.
        raise _not_signed("signature", "signature must be 64 bytes in base 58")
    return raw


def _transaction(value: Any) -> tuple[bytes, bytes]:
    fits = isinstance(value, str) and len(value) <= _MOST_BASE64
    try:
        raw = base64.b64decode(value if fits else "", validate=True)
        transaction = VersionedTransaction.from_bytes(raw)
        return bytes(transaction.signatures[0]), to_bytes_versioned(transaction.message)
    except (binascii.Error, ValueError, IndexError):
        pass
    raise _not_signed("transaction", "transaction must be the signed transaction in base64")


def _invalid(field: str, text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_REQUEST, text, field=field)


def _not_signed(field: str, text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_SIGNATURE, text, field=field)
