"""Decoding the accounts that a buy looks at. Pure.

Layout: SPL Token `state.rs` (Account, 165 bytes); a Token-2022 account with extensions is longer,
and has a 2 at byte 165.
"""

import base64
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from solders.pubkey import Pubkey

from buyqueue.mints import TOKEN_ACCOUNT_SIZE, TOKEN_PROGRAMS

ATA_PROGRAM: Final = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
WRAPPED_SOL: Final = "So11111111111111111111111111111111111111112"
_KIND_AT: Final = 165
_FROZEN: Final = 2


@dataclass(frozen=True, slots=True)
class Account:
    """An account as an RPC node tells it."""

    owner: str
    lamports: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TokenAccount:
    """A token account; amounts in base units."""

    mint: str
    authority: str
    amount: int
    delegate: str | None
    close_authority: str | None
    delegated: int = 0
    """What the delegate may take, base units."""
    frozen: bool = False
    extensions: tuple[tuple[int, bytes], ...] = ()
    """Token-2022: type and value, in the order in which they stand."""


def account_of(answer: Any) -> Account | None:
    """Read an account from a `base64` answer; None for one that does not exist."""
    if answer is None:
        return None
    return Account(
        str(answer["owner"]), int(answer["lamports"]), base64.b64decode(answer["data"][0])
    )


def lamports_of(account: Account | None) -> int:
    """Answer what an account holds; one that does not exist holds nothing."""
    return account.lamports if account else 0


def token_account_of(account: Account | None) -> TokenAccount | None:
    """Read a token account, or answer None if it is not one."""
    if account is None or account.owner not in TOKEN_PROGRAMS:
        return None
    data = account.data
    right_kind = len(data) == TOKEN_ACCOUNT_SIZE or (len(data) > _KIND_AT and data[_KIND_AT] == 2)
    if not right_kind or data[108] == 0:
        return None
    (amount,) = struct.unpack_from("<Q", data, 64)
    (delegated,) = struct.unpack_from("<Q", data, 121)
    return TokenAccount(
        mint=str(Pubkey.from_bytes(data[0:32])),
        authority=str(Pubkey.from_bytes(data[32:64])),
        amount=amount,
        delegate=_optional_key(data, 72),
        close_authority=_optional_key(data, 129),
        delegated=delegated,
        frozen=data[108] == _FROZEN,
        extensions=tuple(_extensions(data)),
    )


def associated_token_account(wallet: str, mint: str, token_program: str) -> str:
    """Derive the wallet's associated token account of a mint."""
    seeds = [bytes(Pubkey.from_string(part)) for part in (wallet, token_program, mint)]
    return str(Pubkey.find_program_address(seeds, ATA_PROGRAM)[0])


def _extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the entries behind byte 166: u16 type, u16 length, value; a type of 0 ends them."""
    at = _KIND_AT + 1
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        if kind == 0:
            return
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size


def _optional_key(data: bytes, at: int) -> str | None:
    (present,) = struct.unpack_from("<I", data, at)
    return str(Pubkey.from_bytes(data[at + 4 : at + 36])) if present else None
