"""Reading the address of the token to buy. Pure; whether it is a mint, the chain says."""

from typing import Any, Final

from api.orders.base58 import base58_bytes
from buyqueue.errors import Code, InvalidInput

WRAPPED_SOL: Final = "So11111111111111111111111111111111111111112"
_PROGRAMS: Final = {
    "11111111111111111111111111111111": "the system program",
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA": "the token program",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb": "the Token-2022 program",
    "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL": "the associated token account program",
    "ComputeBudget111111111111111111111111111111": "the compute budget program",
    "Vote111111111111111111111111111111111111111": "the vote program",
    "Stake11111111111111111111111111111111111111": "the stake program",
    "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr": "the memo program",
    "BPFLoaderUpgradeab1e11111111111111111111111": "a loader program",
    "AddressLookupTab1e1111111111111111111111111": "the address lookup table program",
    "SysvarRent111111111111111111111111111111111": "a system account",
    "SysvarC1ock11111111111111111111111111111111": "a system account",
}
_MAX_LETTERS: Final = 64
"""32 bytes are at most 44 letters; what is a little too long is told by its bytes."""


def token_address(value: Any) -> str:
    """Read `tokenAddress`: base 58 of exactly 32 bytes, and no well-known program or SOL itself.

    Raises InvalidInput(INVALID_TOKEN_ADDRESS). NB: its text never repeats what was sent: people
    paste keys into the wrong field.
    """
    if not isinstance(value, str):
        raise invalid_token("it must be a string")
    raw = base58_bytes(value) if len(value) <= _MAX_LETTERS else b""
    if raw is None:
        raise invalid_token("it holds a letter that base 58 does not have; copy the mint again")
    if len(raw) != 32:
        found = f"{len(raw)} bytes" if raw else "nothing" if not value else "far more"
        raise invalid_token(f"a mint's address is 32 bytes in base 58, and this is {found}")
    if value == WRAPPED_SOL:
        raise invalid_token("this is SOL itself, which is what a buy is paid in; name a token")
    if value in _PROGRAMS:
        raise invalid_token(f"this is {_PROGRAMS[value]}; send the token's mint")
    return value


def invalid_token(text: str) -> InvalidInput:
    """Write the refusal of a token's address."""
    return InvalidInput(
        Code.INVALID_TOKEN_ADDRESS, f"Invalid token address: {text}", field="tokenAddress"
    )
