"""Telling a mint from other accounts. Pure.

Layouts: SPL Token `state.rs` (Mint 82 bytes, Account 165, Multisig 355); a Token-2022 account with
extensions is longer than 165 bytes, and byte 165 says whether it is a mint (1) or an account (2).
"""

from typing import Final

SYSTEM_PROGRAM: Final = "11111111111111111111111111111111"
TOKEN_PROGRAM: Final = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"  # noqa: S105 - a program
TOKEN_2022_PROGRAM: Final = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"  # noqa: S105
TOKEN_PROGRAMS: Final = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
MINT_SIZE: Final = 82
TOKEN_ACCOUNT_SIZE: Final = 165
MULTISIG_SIZE: Final = 355
_DECIMALS, _INITIALIZED, _KIND, _KIND_OF_MINT = 44, 45, 165, 1


def is_mint(owner: str, data: bytes) -> bool:
    """Tell whether an account is laid out as a mint, initialised or not."""
    if owner not in TOKEN_PROGRAMS:
        return False
    extended = len(data) > TOKEN_ACCOUNT_SIZE and len(data) != MULTISIG_SIZE
    return len(data) == MINT_SIZE or (extended and data[_KIND] == _KIND_OF_MINT)


def mint_decimals(owner: str, data: bytes) -> int | None:
    """Answer a mint's decimals, or None if the account is no initialised mint."""
    return data[_DECIMALS] if is_mint(owner, data) and data[_INITIALIZED] == 1 else None
