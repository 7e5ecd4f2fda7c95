"""Reading, checking and signing a venue's transaction. Pure.

NB: `VersionedTransaction.populate(message, [mine])` and `VersionedTransaction(message, [me])`
drop signatures that others have made; here only the wallet's own slot is replaced.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import SanitizeError, VersionedTransaction

from buyqueue.errors import Code, Refused

MAX_BYTES: Final = 1232
"""The largest transaction that fits a packet (Solana `PACKET_DATA_SIZE`)."""
_SYSTEM: Final = Pubkey.from_string("11111111111111111111111111111111")
_ADVANCE_NONCE: Final = (4).to_bytes(4, "little")
_BY_SEED: Final = frozenset(kind.to_bytes(4, "little") for kind in (9, 10, 11))
"""`SystemInstruction`: allocate, assign and transfer from an account that a key and a seed name."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A transaction that lacks nothing but the wallet's signature, which is its first."""

    transaction: VersionedTransaction

    @property
    def message_bytes(self) -> bytes:
        """What the wallet signs."""
        return to_bytes_versioned(self.transaction.message)

    @property
    def message_base64(self) -> str:
        """The message, as `getFeeForMessage` takes it."""
        return base64.b64encode(self.message_bytes).decode()

    @property
    def base64(self) -> str:
        """The transaction as it is, with an empty first signature."""
        return base64.b64encode(bytes(self.transaction)).decode()

    @property
    def signature_count(self) -> int:
        """How many signatures the chain charges for."""
        return len(self.transaction.signatures)


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """A complete transaction."""

    signature: str
    base64: str


def read_unsigned(encoded: str, wallet: str, *, lacking: int = 0) -> Unsigned:
    """Read a venue's base64 transaction; so many signatures of others may still be empty.

    Raises Refused(TRANSACTION_UNSAFE) unless the wallet pays and signs first, every other
    signature is there and valid, it fits a packet, and it can expire (no durable nonce). It may
    not itself move SOL of accounts derived from the wallet: nothing in those says whose they are.
    """
    try:
        raw = base64.b64decode(encoded, validate=True)
        transaction = VersionedTransaction.from_bytes(raw)
        transaction.sanitize()  # every index in it has something to point at
    except (binascii.Error, ValueError, SanitizeError) as error:
        raise _unsafe(f"it cannot be read: {error}") from None
    message = transaction.message
    if len(raw) > MAX_BYTES:
        raise _unsafe(f"it has {len(raw)} bytes, and {MAX_BYTES} fit")
    if str(message.account_keys[0]) != wallet:
        raise _unsafe(f"its fee payer is {message.account_keys[0]}, not the wallet")
    unsigned = Unsigned(transaction)
    signers = message.account_keys[: message.header.num_required_signatures]
    for signer, signature in list(zip(signers, transaction.signatures, strict=True))[1:]:
        if lacking and signature == Signature.default():
            lacking -= 1
        elif not signature.verify(signer, unsigned.message_bytes):
            raise _unsafe(f"the signature of {signer} is missing or wrong")
    kinds = _system_kinds(transaction)
    if kinds[:1] == [_ADVANCE_NONCE]:
        raise _unsafe("it uses a durable nonce, so it would never expire")
    if not _BY_SEED.isdisjoint(kinds):
        raise _unsafe("it acts on an account that is derived from a key and a seed")
    return unsigned


def with_signature(unsigned: Unsigned, signature: bytes) -> SignedBytes:
    """Put the wallet's signature into its own slot, the first."""
    signatures = [Signature(signature), *unsigned.transaction.signatures[1:]]
    complete = VersionedTransaction.populate(unsigned.transaction.message, signatures)
    return SignedBytes(str(signatures[0]), base64.b64encode(bytes(complete)).decode())


def lookup_tables(unsigned: Unsigned) -> list[tuple[str, bytes, bytes]]:
    """Answer each lookup table used, with its writable and read-only indexes."""
    message = unsigned.transaction.message
    if not isinstance(message, MessageV0):
        return []
    return [
        (str(table.account_key), bytes(table.writable_indexes), bytes(table.readonly_indexes))
        for table in message.address_table_lookups
    ]


def writable_keys(unsigned: Unsigned) -> list[str]:
    """Answer the writable accounts that the message names itself, by its header."""
    message = unsigned.transaction.message
    header, keys = message.header, message.account_keys
    signers = header.num_required_signatures
    writable_signers = signers - header.num_readonly_signed_accounts
    last_writable = len(keys) - header.num_readonly_unsigned_accounts
    return [
        str(key)
        for index, key in enumerate(keys)
        if index < writable_signers or signers <= index < last_writable
    ]


def _system_kinds(transaction: VersionedTransaction) -> list[bytes | None]:
    """Answer which instruction of the system program each one is; None for other programs'."""
    message = transaction.message
    return [
        bytes(one.data[:4]) if message.account_keys[one.program_id_index] == _SYSTEM else None
        for one in message.instructions
    ]


def _unsafe(why: str) -> Refused:
    return Refused(Code.TRANSACTION_UNSAFE, f"Transaction refused before signing: {why}")
