"""Token accounts and mints of SPL Token and Token-2022, read from their bytes.

Layouts: spl-token `state.rs` (Account 165 bytes, Mint 82); Token-2022 extends them after byte 165,
where one byte says which of the two it is (1 mint, 2 account). The extensions are not read.
"""

from dataclasses import dataclass
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID

TOKEN_PROGRAMS = (TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID)
_ACCOUNT, _MINT, _MULTISIG = 165, 82, 355
_KIND_MINT, _KIND_ACCOUNT = 1, 2


@dataclass(frozen=True, slots=True)
class Holding:
    """One token account; `amount` in base units."""

    mint: Pubkey
    owner: Pubkey
    amount: int
    state: int
    program: Pubkey


@dataclass(frozen=True, slots=True)
class MintInfo:
    """One mint; `supply` in base units."""

    supply: int
    decimals: int
    authority: Pubkey | None
    freeze_authority: Pubkey | None
    program: Pubkey


def holding_of(account: Account | None) -> Holding | None:
    """Read a token account; None if it is anything else or not initialized."""
    if account is None or not _is(account, _ACCOUNT, _KIND_ACCOUNT):
        return None
    data = account.data
    if data[108] == 0:
        return None
    return Holding(
        mint=Pubkey(data[0:32]),
        owner=Pubkey(data[32:64]),
        amount=int.from_bytes(data[64:72], "little"),
        state=data[108],
        program=account.owner,
    )


def mint_of(account: Account | None) -> MintInfo | None:
    """Read a mint; None if it is anything else or not initialized."""
    if account is None or not _is(account, _MINT, _KIND_MINT):
        return None
    data = account.data
    if data[45] != 1:
        return None
    return MintInfo(
        supply=int.from_bytes(data[36:44], "little"),
        decimals=data[44],
        authority=Pubkey(data[4:36]) if data[0] else None,
        freeze_authority=Pubkey(data[50:82]) if data[46] else None,
        program=account.owner,
    )


def ui_amount(amount: int, decimals: int) -> dict[str, Any]:
    """Answer the `UiTokenAmount` of an amount in base units; interest and scaling not modelled."""
    whole, part = divmod(amount, 10**decimals)
    text = f"{whole}.{part:0{decimals}d}".rstrip("0").rstrip(".") if decimals else str(whole)
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": amount / 10**decimals,
        "uiAmountString": text,
    }


def _is(account: Account, size: int, kind: int) -> bool:
    if account.owner not in TOKEN_PROGRAMS:
        return False
    length = len(account.data)
    if length == size:
        return True
    extended = account.owner == TOKEN_2022_PROGRAM_ID and length > _ACCOUNT
    return extended and length != _MULTISIG and account.data[_ACCOUNT] == kind
