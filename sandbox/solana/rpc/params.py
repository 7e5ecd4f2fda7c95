"""Reading a call's positional parameters; every complaint is -32602."""

import base64
import binascii
from typing import Any

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from buyqueue import base58
from sandbox.solana.ledger.messages import message_of
from sandbox.solana.rpc.errors import invalid_params

MAX_WIRE = 1232
"""Bytes of a transaction that fit into one packet (PACKET_DATA_SIZE)."""


class Params:
    """The `params` array of one call."""

    def __init__(self, items: Any) -> None:
        if not isinstance(items, list | None):
            raise invalid_params("`params` must be an array")
        self._items: list[Any] = items or []

    def get(self, index: int) -> Any:
        """Answer a parameter as it came; None if it was left out."""
        return self._items[index] if index < len(self._items) else None

    def config(self, index: int) -> dict[str, Any]:
        """Answer a config object; empty if it was left out."""
        found = self.get(index)
        if not isinstance(found, dict | None):
            raise invalid_params(f"invalid type at {index}: expected a config object")
        return found or {}

    def text(self, index: int) -> str:
        """Answer a string."""
        found = self.get(index)
        if not isinstance(found, str):
            raise invalid_params(f"invalid type at {index}: expected a string")
        return found

    def number(self, index: int) -> int:
        """Answer a whole number of zero or more."""
        found = self.get(index)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise invalid_params(f"invalid type at {index}: expected u64")
        return found

    def texts(self, index: int, most: int) -> list[str]:
        """Answer a list of strings, no longer than a real node takes."""
        found = self.get(index)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise invalid_params(f"invalid type at {index}: expected a list of strings")
        if len(found) > most:
            raise invalid_params(f"Too many inputs provided; max {most}")
        return found


def pubkey(text: Any) -> Pubkey:
    """Read an address."""
    try:
        return Pubkey.from_string(text)
    except (ValueError, TypeError):
        raise invalid_params("Invalid param: Invalid") from None


def signature(text: Any) -> str:
    """Read a signature and answer it as written."""
    try:
        Signature.from_string(text)
    except (ValueError, TypeError):
        raise invalid_params("Invalid param: Invalid") from None
    return str(text)


def blockhash(text: Any) -> Hash:
    """Read a blockhash."""
    try:
        return Hash.from_string(text)
    except (ValueError, TypeError):
        raise invalid_params("Invalid param: Invalid") from None


def decoded(text: str, encoding: Any) -> bytes:
    """Undo base58 (the default of sendTransaction) or base64."""
    try:
        if encoding == "base64":
            return base64.b64decode(text, validate=True)
        if encoding in (None, "base58"):
            return base58.decode(text)
    except (ValueError, binascii.Error) as error:
        raise invalid_params(f"invalid {encoding or 'base58'} encoding: {error}") from None
    raise invalid_params(f"unsupported encoding: {encoding}. Supported encodings: base58, base64")


def transaction(text: str, encoding: Any) -> VersionedTransaction:
    """Read a transaction whose parts fit together; its signatures are not verified."""
    wire = decoded(text, encoding)
    if len(wire) > MAX_WIRE:
        raise invalid_params(f"decoded transaction too large: {len(wire)} bytes (max: {MAX_WIRE})")
    try:
        tx = VersionedTransaction.from_bytes(wire)
        message_of(tx)
    except ValueError as error:
        raise invalid_params(f"failed to deserialize transaction: {error}") from None
    try:
        tx.sanitize()
    except Exception as error:  # noqa: BLE001 - solders' SanitizeError has no importable name
        raise invalid_params(f"invalid transaction: {error}") from None
    return tx
