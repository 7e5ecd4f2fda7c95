"""Reading a wallet's private key, straight into a Secret.

NB: nothing here may put a part of the key into an exception: not into its text, and not into the
chain behind it. So what can fail answers None, and one place raises, outside every `except`.
"""

from decimal import Decimal
from typing import Any, Final

from solders.keypair import Keypair

from api.orders.base58 import base58_bytes
from api.web.strict_json import parse
from buyqueue.errors import Code, InvalidInput
from buyqueue.secret import Secret

KEY_BYTES: Final = 64
_MAX_BASE58: Final = 100
_MAX_ARRAY: Final = 600
_TEXT: Final = (
    "walletPrivateKey must be a whole keypair of 64 bytes, in base 58 or as a JSON array of 64 "
    "numbers from 0 to 255"
)


def wallet_key(value: Any) -> tuple[Secret, str]:
    """Read `walletPrivateKey`; answer the 64 bytes and the wallet's address.

    Takes base 58 of 64 bytes, an array of 64 numbers, or a string that holds such an array.
    Raises InvalidInput(INVALID_WALLET_KEY) for a wrong length or form, and for a public half that
    is not the secret half's own (one off the curve never is).
    """
    raw = _bytes(value)
    if raw is None or len(raw) != KEY_BYTES:
        raise _invalid(_TEXT)
    wallet = _wallet(raw)
    if wallet is None:
        raise _invalid("walletPrivateKey: its public half does not belong to its secret half")
    return Secret(raw), wallet


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, list):
        return _from_array(value)
    if not isinstance(value, str):
        return None
    if value.lstrip().startswith("["):
        return _from_array(_parsed(value)) if len(value) <= _MAX_ARRAY else None
    return base58_bytes(value) if len(value) <= _MAX_BASE58 else None


def _parsed(text: str) -> Any:
    try:
        return parse(text)
    except (InvalidInput, RecursionError):
        return None


def _from_array(values: Any) -> bytes | None:
    if not isinstance(values, list) or len(values) != KEY_BYTES:
        return None
    numbers = [_byte(value) for value in values]
    return bytes(number for number in numbers if number is not None)


def _byte(value: Any) -> int | None:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= 255:
        return None
    return int(value) if value == value.to_integral_value() else None


def _wallet(raw: bytes) -> str | None:
    try:
        return str(Keypair.from_bytes(raw).pubkey())
    except ValueError:
        return None


def _invalid(text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_WALLET_KEY, text, field="walletPrivateKey")
