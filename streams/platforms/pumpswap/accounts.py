"""The addresses and accounts of PumpSwap's program. Pure.

Layouts: the program's IDL (`pump-rust-client` 0.5.0 `idls/pump_amm.json`). An old pool's account is
shorter than a new one; what it lacks is zero.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from solders.pubkey import Pubkey

from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.pump_fees import FEE_PROGRAM

PROGRAM: Final = "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
PROGRAM_KEY: Final = Pubkey.from_string(PROGRAM)
FEE_PROGRAM_KEY: Final = Pubkey.from_string(FEE_PROGRAM)
WRAPPED: Final = Pubkey.from_string(WRAPPED_SOL)
NOBODY: Final = Pubkey.default()
POOL_SIZE: Final = 287
_PUMP: Final = Pubkey.from_string("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")
"""The curve's program: it makes the canonical pool of each of its coins."""
_BUYS_OFF: Final = 1 << 3


def derived(*seeds: bytes, program: Pubkey = PROGRAM_KEY) -> Pubkey:
    """Derive an address of the program."""
    return Pubkey.find_program_address(list(seeds), program)[0]


GLOBAL_CONFIG: Final = derived(b"global_config")
EVENT_AUTHORITY: Final = derived(b"__event_authority")
GLOBAL_VOLUME: Final = derived(b"global_volume_accumulator")
FEE_CONFIG: Final = derived(b"fee_config", bytes(PROGRAM_KEY), program=FEE_PROGRAM_KEY)


@lru_cache(maxsize=4_096)
def pool_of(mint: str) -> Pubkey:
    """Derive the pool to which a coin's curve migrates: nobody else can make it."""
    base = bytes(Pubkey.from_string(mint))
    authority = derived(b"pool-authority", base, program=_PUMP)
    return derived(b"pool", bytes(2), bytes(authority), base, bytes(WRAPPED))


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of a coin against wrapped SOL."""

    coin_creator: Pubkey
    is_mayhem: bool
    is_cashback: bool
    virtual_quote: int
    """Added to what the vault holds; negative where fees lie in it that are not the pool's."""
    creator_fee_bps: int
    """Of the coin's own; 0 for the schedule's."""


@dataclass(frozen=True, slots=True)
class GlobalConfig:
    """What holds for all pools; recipients are those that are set."""

    buys_off: bool
    recipients: tuple[Pubkey, ...]
    reserved: tuple[Pubkey, ...]
    """The recipients of a mayhem coin's fees."""
    buyback: tuple[Pubkey, ...]
    creator_fee_configurable: bool


def read_pool(data: bytes) -> Pool:
    """Read a `Pool`."""
    full = data.ljust(POOL_SIZE, b"\0")
    (creator_fee_bps,) = struct.unpack_from("<Q", full, 261)
    return Pool(
        coin_creator=Pubkey(full[211:243]),
        is_mayhem=bool(full[243]),
        is_cashback=bool(full[244]),
        virtual_quote=int.from_bytes(full[245:261], "little", signed=True),
        creator_fee_bps=creator_fee_bps,
    )


def read_global(data: bytes) -> GlobalConfig:
    """Read the program's `GlobalConfig`."""
    full = data.ljust(941, b"\0")
    return GlobalConfig(
        buys_off=bool(full[56] & _BUYS_OFF),
        recipients=_keys(full, (57, 8)),
        reserved=_keys(full, (385, 1), (418, 7)),
        buyback=_keys(full, (643, 8)),
        creator_fee_configurable=bool(full[940]),
    )


def _keys(data: bytes, *runs: tuple[int, int]) -> tuple[Pubkey, ...]:
    found = (
        Pubkey(data[at + 32 * index : at + 32 * (index + 1)])
        for at, count in runs
        for index in range(count)
    )
    return tuple(key for key in found if key != NOBODY)
