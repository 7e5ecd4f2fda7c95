"""Addresses and accounts of Raydium's LaunchLab. Pure.

Layout: the program's IDL (raydium_launchpad 0.2.0: `PoolState`, `GlobalConfig`, `PlatformConfig`,
borsh); numbers are byte offsets. Addresses: raydium-io/raydium-sdk-V2 `launchpad/pda.ts`.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from solders.pubkey import Pubkey

from buyqueue.mints import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.raydium.accounts import key_at, raw

PROGRAM: Final = Pubkey.from_string("LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj")
FUNDING, MIGRATING, MIGRATED = 0, 1, 2
PRODUCT, FIXED, LINEAR = 0, 1, 2
"""Curve types."""
_POOL: Final = bytes.fromhex("f7ede3f5d7c3de46")
_GLOBAL: Final = bytes.fromhex("95089ccaa0fcb0d9")
_PLATFORM: Final = bytes.fromhex("a04e8000f853e6a0")
_POOL_SIZE, _GLOBAL_SIZE, _PLATFORM_SIZE = 429, 371, 728


@dataclass(frozen=True, slots=True)
class Pool:
    """A curve that sells `total_sell` base units for `total_raise` lamports."""

    status: int
    total_sell: int
    virtual_base: int
    """By a linear curve: the slope, Q64."""
    virtual_quote: int
    sold: int
    raised: int
    """Lamports, without fees."""
    total_raise: int
    global_config: str
    platform_config: str
    base_mint: str
    vaults: tuple[str, str]
    """Of the coin, and of wrapped SOL."""
    creator: str
    token_program: str


@dataclass(frozen=True, slots=True)
class Global:
    """What the protocol says of a curve; the fee is over 10**6."""

    curve_type: int
    trade_fee: int


@dataclass(frozen=True, slots=True)
class Platform:
    """What a launchpad takes; over 10**6."""

    fee: int
    creator_fee: int


def _derive(*seeds: bytes) -> str:
    return str(Pubkey.find_program_address(list(seeds), PROGRAM)[0])


AUTHORITY: Final = _derive(b"vault_auth_seed")
EVENT_AUTHORITY: Final = _derive(b"__event_authority")


@lru_cache(maxsize=256)
def pool_address(mint: str) -> str:
    """Derive a mint's curve against wrapped SOL."""
    return _derive(b"pool", raw(mint), raw(WRAPPED_SOL))


def fee_vault(owner: str) -> str:
    """Derive where a launchpad's config, or a creator, collects wrapped SOL."""
    return _derive(raw(owner), raw(WRAPPED_SOL))


def pool_of(data: bytes | None) -> Pool | None:
    """Read a curve against wrapped SOL; None if it is none."""
    if data is None or len(data) < _POOL_SIZE or data[:8] != _POOL:
        return None
    if key_at(data, 237) != WRAPPED_SOL:
        return None
    total_sell, virtual_base, virtual_quote, sold, raised, total_raise = struct.unpack_from(
        "<6Q", data, 29
    )
    return Pool(
        status=data[17],
        total_sell=total_sell,
        virtual_base=virtual_base,
        virtual_quote=virtual_quote,
        sold=sold,
        raised=raised,
        total_raise=total_raise,
        global_config=key_at(data, 141),
        platform_config=key_at(data, 173),
        base_mint=key_at(data, 205),
        vaults=(key_at(data, 269), key_at(data, 301)),
        creator=key_at(data, 333),
        token_program=TOKEN_2022_PROGRAM if data[365] & 1 else TOKEN_PROGRAM,
    )


def global_of(data: bytes | None) -> Global | None:
    """Read the protocol's config; None if it is none."""
    if data is None or len(data) < _GLOBAL_SIZE or data[:8] != _GLOBAL:
        return None
    (trade_fee,) = struct.unpack_from("<Q", data, 27)
    return Global(data[16], trade_fee)


def platform_of(data: bytes | None) -> Platform | None:
    """Read a launchpad's config; None if it is none."""
    if data is None or len(data) < _PLATFORM_SIZE or data[:8] != _PLATFORM:
        return None
    (fee,) = struct.unpack_from("<Q", data, 104)
    (creator_fee,) = struct.unpack_from("<Q", data, 720)
    return Platform(fee, creator_fee)
