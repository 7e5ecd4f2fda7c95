"""The buy instructions of pump.fun's bonding curve. Pure bytes.

Layouts: the program's IDL, `buy_exact_quote_in_v2` and `buy_v2`: the same 27 accounts, which every
build since May 2026 takes for every kind of coin. For a SOL coin the quote accounts are checked
by their seeds only, and lamports move.
"""

import struct
from dataclasses import dataclass
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import ATA_PROGRAM, WRAPPED_SOL, associated_token_account
from streams.platforms.pump_volume import volume_of
from streams.platforms.pumpfun.accounts import (
    EVENT_AUTHORITY,
    FEE_CONFIG,
    FEE_PROGRAM_KEY,
    GLOBAL,
    GLOBAL_VOLUME,
    PROGRAM_KEY,
    creator_vault_of,
    curve_of,
    derived,
)

_EXACT_IN: Final = bytes.fromhex("c2ab1c46684d5b2f")
_EXACT_OUT: Final = bytes.fromhex("b817ee6167c5d33d")
_WRAPPED: Final = Pubkey.from_string(WRAPPED_SOL)
_TOKEN: Final = Pubkey.from_string(TOKEN_PROGRAM)
_SYSTEM: Final = Pubkey.from_string(SYSTEM_PROGRAM)


@dataclass(frozen=True, slots=True)
class Trade:
    """Who trades what, and who gets the fees."""

    wallet: str
    mint: str
    token_program: str
    creator: Pubkey
    fee_recipient: Pubkey
    buyback_recipient: Pubkey


def buy_exact_in(trade: Trade, lamports: int, minimum_out: int) -> Instruction:
    """Spend at most so many lamports, fees included, for at least so many base units."""
    data = _EXACT_IN + struct.pack("<QQ", lamports, minimum_out)
    return Instruction(PROGRAM_KEY, data, _accounts(trade))


def buy_exact_out(trade: Trade, tokens: int, most_lamports: int) -> Instruction:
    """Buy exactly so many base units for at most so many lamports, fees included."""
    data = _EXACT_OUT + struct.pack("<QQ", tokens, most_lamports)
    return Instruction(PROGRAM_KEY, data, _accounts(trade))


def _accounts(trade: Trade) -> list[AccountMeta]:
    mint, wallet = Pubkey.from_string(trade.mint), Pubkey.from_string(trade.wallet)
    curve, volume = curve_of(trade.mint), volume_of(trade.wallet, PROGRAM_KEY)
    vault = creator_vault_of(trade.creator)
    sharing = derived(b"sharing-config", bytes(mint), program=FEE_PROGRAM_KEY)
    base = Pubkey.from_string(trade.token_program)
    return [
        _read(GLOBAL),
        _read(mint),
        _read(_WRAPPED),
        _read(base),
        _read(_TOKEN),
        _read(ATA_PROGRAM),
        _write(trade.fee_recipient),
        _write(_quote_of(trade.fee_recipient)),
        _write(trade.buyback_recipient),
        _write(_quote_of(trade.buyback_recipient)),
        _write(curve),
        _write(_held(curve, trade.mint, trade.token_program)),
        _write(_quote_of(curve)),
        AccountMeta(wallet, is_signer=True, is_writable=True),
        _write(_held(wallet, trade.mint, trade.token_program)),
        _write(_quote_of(wallet)),
        _write(vault),
        _write(_quote_of(vault)),
        _read(sharing),
        _read(GLOBAL_VOLUME),
        _write(volume),
        _write(_quote_of(volume)),
        _read(FEE_CONFIG),
        _read(FEE_PROGRAM_KEY),
        _read(_SYSTEM),
        _read(EVENT_AUTHORITY),
        _read(PROGRAM_KEY),
    ]


def _held(owner: Pubkey, mint: str, token_program: str) -> Pubkey:
    return Pubkey.from_string(associated_token_account(str(owner), mint, token_program))


def _quote_of(owner: Pubkey) -> Pubkey:
    return _held(owner, WRAPPED_SOL, TOKEN_PROGRAM)


def _read(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, is_signer=False, is_writable=False)


def _write(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, is_signer=False, is_writable=True)
