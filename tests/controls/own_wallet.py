"""A wallet that its user holds: it signs what it is asked to, and the same in many valid ways.

The random way is Ed25519 with a nonce that is drawn (RFC 8032 §5.1.6 derives it; a verifier
cannot tell), as signers of several parties do it.
"""

import base64
import hashlib
import secrets
from typing import Final

from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from buyqueue.clock import SystemClock
from buyqueue.events.signatures import SignatureAnswered, SignatureRequested

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_Y: Final = 4 * pow(5, -1, _P) % _P
_X: Final = 15112221349535400772501151409588531511454012693041857206046113283949847762202
Point = tuple[int, int]


def signature_of(request_transaction: str, keypair: Keypair, *, drawn: bool = False) -> str:
    """Sign an asked-for transaction: 64 bytes in base 58; `drawn`: with a random nonce."""
    message = message_of(request_transaction)
    if not drawn:
        return str(keypair.sign_message(message))
    hashed = hashlib.sha512(keypair.secret()).digest()
    scalar = int.from_bytes(hashed[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    nonce = secrets.randbelow(_ORDER)
    point = _packed(_times(nonce, (_X, _Y)))
    public = bytes(keypair.pubkey())
    challenge = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little")
    answer = (nonce + challenge * scalar) % _ORDER
    return str(Signature.from_bytes(point + answer.to_bytes(32, "little")))


def message_of(transaction: str) -> bytes:
    """Answer what is signed of a base64 transaction."""
    read = VersionedTransaction.from_bytes(base64.b64decode(transaction))
    return to_bytes_versioned(read.message)


def with_signature(transaction: str, signature: str) -> str:
    """Put a signature into the first slot of a base64 transaction."""
    read = VersionedTransaction.from_bytes(base64.b64decode(transaction))
    signatures = [Signature.from_string(signature), *read.signatures[1:]]
    return base64.b64encode(bytes(VersionedTransaction.populate(read.message, signatures))).decode()


def unsigned_transfer(wallet: Pubkey, lamports: int = 1) -> str:
    """Write a transaction in base64 that its wallet has not signed."""
    pay = transfer(TransferParams(from_pubkey=wallet, to_pubkey=wallet, lamports=lamports))
    message = MessageV0.try_compile(wallet, [pay], [], Hash.default())
    unsigned = VersionedTransaction.populate(message, [Signature.default()])
    return base64.b64encode(bytes(unsigned)).decode()


def answer_to(request: SignatureRequested, signature: str | None) -> SignatureAnswered:
    """Write what the api appends for an answer."""
    return SignatureAnswered(
        event_id=(clock := SystemClock()).new_id(),
        job_id=request.job_id,
        occurred_at=clock.now(),
        writer="test/1",
        causation_id=request.event_id,
        attempt=request.attempt,
        request_id=request.event_id,
        signature=signature,
    )


def _plus(one: Point, two: Point) -> Point:
    """Add two points of the twisted Edwards curve -x² + y² = 1 + d·x²·y² (RFC 8032 §5.1.4)."""
    (x1, y1), (x2, y2) = one, two
    both = _D * x1 * x2 * y1 * y2 % _P
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, _P)
    y = (y1 * y2 + x1 * x2) * pow(1 - both, -1, _P)
    return x % _P, y % _P


def _times(number: int, point: Point) -> Point:
    total: Point = (0, 1)
    while number:
        if number & 1:
            total = _plus(total, point)
        point, number = _plus(point, point), number >> 1
    return total


def _packed(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")
