"""The buy instruction of PumpSwap. Pure bytes.

Layout: the program's IDL, `buy_exact_quote_in`, and the accounts that it wants after those: for a
cashback coin the volume account's wrapped SOL, then `pool-v2`, then a buyback recipient and its
wrapped SOL. NB: without a creator fee the program reads the buyback recipient first, at once.
"""

import struct
from dataclasses import dataclass
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import ATA_PROGRAM, WRAPPED_SOL, associated_token_account
from streams.platforms.pump_volume import volume_of
from streams.platforms.pumpswap.accounts import (
    EVENT_AUTHORITY,
    FEE_CONFIG,
    FEE_PROGRAM_KEY,
    GLOBAL_CONFIG,
    GLOBAL_VOLUME,
    PROGRAM_KEY,
    WRAPPED,
    derived,
    pool_of,
)

_EXACT_IN: Final = bytes.fromhex("c62e1552b4d9e870")
_TRACK_VOLUME: Final = b"\x01"
_TOKEN: Final = Pubkey.from_string(TOKEN_PROGRAM)
_SYSTEM: Final = Pubkey.from_string(SYSTEM_PROGRAM)


@dataclass(frozen=True, slots=True)
class Trade:
    """Who trades what, and who gets the fees."""

    wallet: str
    mint: str
    token_program: str
    coin_creator: Pubkey
    pays_creator: bool
    is_cashback: bool
    is_mayhem: bool
    fee_recipient: Pubkey
    buyback_recipient: Pubkey


def buy_exact_in(trade: Trade, lamports: int, minimum_out: int) -> Instruction:
    """Spend at most so many wrapped lamports, fees included, for at least so many base units."""
    data = _EXACT_IN + struct.pack("<QQ", lamports, minimum_out) + _TRACK_VOLUME
    return Instruction(PROGRAM_KEY, data, [*_accounts(trade), *_extras(trade)])


def vault_of(trade_mint: str, token_program: str) -> Pubkey:
    """Derive the pool's account of a mint."""
    return _held(pool_of(trade_mint), trade_mint, token_program)


def quote_of(owner: Pubkey) -> Pubkey:
    """Derive an owner's account of wrapped SOL."""
    return _held(owner, WRAPPED_SOL, TOKEN_PROGRAM)


def creator_vault_of(coin_creator: Pubkey) -> Pubkey:
    """Derive the owner of the account in which a creator's fees gather."""
    return derived(b"creator_vault", bytes(coin_creator))


def _accounts(trade: Trade) -> list[AccountMeta]:
    wallet, pool = Pubkey.from_string(trade.wallet), pool_of(trade.mint)
    creator = creator_vault_of(trade.coin_creator)
    return [
        _write(pool),
        AccountMeta(wallet, is_signer=True, is_writable=True),
        _read(GLOBAL_CONFIG),
        _read(Pubkey.from_string(trade.mint)),
        _read(WRAPPED),
        _write(_held(wallet, trade.mint, trade.token_program)),
        _write(quote_of(wallet)),
        _write(vault_of(trade.mint, trade.token_program)),
        _write(quote_of(pool)),
        _read(trade.fee_recipient),
        _write(quote_of(trade.fee_recipient)),
        _read(Pubkey.from_string(trade.token_program)),
        _read(_TOKEN),
        _read(_SYSTEM),
        _read(ATA_PROGRAM),
        _read(EVENT_AUTHORITY),
        _read(PROGRAM_KEY),
        _write(quote_of(creator)),
        _read(creator),
        _read(GLOBAL_VOLUME),
        _write(volume_of(trade.wallet, PROGRAM_KEY)),
        _read(FEE_CONFIG),
        _read(FEE_PROGRAM_KEY),
    ]


def _extras(trade: Trade) -> list[AccountMeta]:
    buyback = [_read(trade.buyback_recipient), _write(quote_of(trade.buyback_recipient))]
    if not trade.pays_creator:
        return buyback
    pool_v2 = _read(derived(b"pool-v2", bytes(Pubkey.from_string(trade.mint))))
    if not trade.is_cashback:
        return [pool_v2, *buyback]
    return [_write(quote_of(volume_of(trade.wallet, PROGRAM_KEY))), pool_v2, *buyback]


def _held(owner: Pubkey, mint: str, token_program: str) -> Pubkey:
    return Pubkey.from_string(associated_token_account(str(owner), mint, token_program))


def _read(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, is_signer=False, is_writable=False)


def _write(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, is_signer=False, is_writable=True)
