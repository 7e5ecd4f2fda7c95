"""Reading a wallet key that the client itself has sealed. Pure: nobody here can open it."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Final

from solders.pubkey import Pubkey

from api.orders.base58 import base58_bytes
from buyqueue.errors import Code, InvalidInput
from buyqueue.sealing import SEALED_KEY_BYTES

FIELD: Final = "sealedWalletKey"
_PARTS: Final = ("keyId", "ciphertext", "wallet", "reference")
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{8,40}")
"""Long enough for a UUID, and too short for any way to write a key but a bare seed in base 58."""
_MAX_BASE64: Final = 4 * -(-SEALED_KEY_BYTES // 3)
_MAX_ADDRESS: Final = 44


@dataclass(frozen=True, slots=True)
class SealedByClient:
    """`sealedWalletKey`: for `buyqueue.sealing.ForUser`."""

    key_id: str
    ciphertext: bytes
    wallet: str
    reference: str


def sealed_key(value: Any) -> SealedByClient:
    """Read `sealedWalletKey`: `{keyId, ciphertext, wallet, reference}`, all strings.

    Raises InvalidInput(INVALID_SEALED_KEY) naming the part. NB: its text never repeats what was
    sent: people paste keys into the wrong field.
    """
    if not isinstance(value, dict) or set(value) != set(_PARTS):
        raise _invalid(None, f"must be an object of exactly {', '.join(_PARTS)}")
    return SealedByClient(
        key_id=_matching("keyId", value["keyId"], _KEY_ID, "the 16 hex digits of a vault key"),
        ciphertext=_ciphertext(value["ciphertext"]),
        wallet=_wallet(value["wallet"]),
        reference=_matching(
            "reference", value["reference"], _REFERENCE, "8 to 40 letters, digits, `_` or `-`"
        ),
    )


def _matching(part: str, value: Any, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _invalid(part, f"must be {what}")
    return value


def _ciphertext(value: Any) -> bytes:
    raw = b""
    if isinstance(value, str) and len(value) <= _MAX_BASE64:
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
    if len(raw) != SEALED_KEY_BYTES:
        raise _invalid(
            "ciphertext",
            f"must be {SEALED_KEY_BYTES} bytes in base64: the encapsulated key (32), then the "
            "sealed keypair of 64 bytes with its tag (80)",
        )
    return raw


def _wallet(value: Any) -> str:
    text = value if isinstance(value, str) and len(value) <= _MAX_ADDRESS else ""
    raw = base58_bytes(text) or b""
    if len(raw) != 32 or not Pubkey.from_bytes(raw).is_on_curve():
        raise _invalid("wallet", "must be the wallet's address: 32 bytes in base 58")
    return text


def _invalid(part: str | None, text: str) -> InvalidInput:
    field = f"{FIELD}.{part}" if part else FIELD
    return InvalidInput(Code.INVALID_SEALED_KEY, f"{field} {text}", field=field)
