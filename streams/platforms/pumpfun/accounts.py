"""The addresses and accounts of pump.fun's bonding curve program. Pure.

Layouts: the program's IDL (`pump-rust-client` 0.5.0 `idls/pump.json`). An old curve account is
shorter than a new one; what it lacks is zero.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from solders.pubkey import Pubkey

from streams.platforms.pump_fees import FEE_PROGRAM

PROGRAM: Final = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
PROGRAM_KEY: Final = Pubkey.from_string(PROGRAM)
FEE_PROGRAM_KEY: Final = Pubkey.from_string(FEE_PROGRAM)
NOBODY: Final = Pubkey.default()
CURVE_SIZE: Final = 166


def derived(*seeds: bytes, program: Pubkey = PROGRAM_KEY) -> Pubkey:
    """Derive an address of the program."""
    return Pubkey.find_program_address(list(seeds), program)[0]


GLOBAL: Final = derived(b"global")
EVENT_AUTHORITY: Final = derived(b"__event_authority")
GLOBAL_VOLUME: Final = derived(b"global_volume_accumulator")
FEE_CONFIG: Final = derived(b"fee_config", bytes(PROGRAM_KEY), program=FEE_PROGRAM_KEY)


@lru_cache(maxsize=4_096)
def curve_of(mint: str) -> Pubkey:
    """Derive a coin's curve."""
    return derived(b"bonding-curve", bytes(Pubkey.from_string(mint)))


def creator_vault_of(creator: Pubkey) -> Pubkey:
    """Derive the account in which a creator's fees gather; it has no data."""
    return derived(b"creator-vault", bytes(creator))


@dataclass(frozen=True, slots=True)
class Curve:
    """A bonding curve; lamports and base units."""

    virtual_token: int
    virtual_quote: int
    real_token: int
    real_quote: int
    supply: int
    complete: bool
    creator: Pubkey
    is_mayhem: bool
    is_cashback: bool
    """The creator's fee goes to the buyer's volume account."""
    quote_mint: Pubkey
    """The zero key for SOL."""
    creator_fee_bps: int
    """Of the coin's own; 0 for the schedule's."""
    fees_held: int
    """What lies on the curve and is its creator's or the program's."""


@dataclass(frozen=True, slots=True)
class Global:
    """What holds for all coins; recipients are those that are set."""

    recipients: tuple[Pubkey, ...]
    reserved: tuple[Pubkey, ...]
    """The recipients of a mayhem coin's fees."""
    buyback: tuple[Pubkey, ...]
    creator_fee_configurable: bool


def read_curve(data: bytes) -> Curve:
    """Read a `BondingCurve`."""
    full = data.ljust(CURVE_SIZE, b"\0")
    virtual_token, virtual_quote, real_token, real_quote, supply = struct.unpack_from(
        "<5Q", full, 8
    )
    (creator_fee_bps,) = struct.unpack_from("<Q", full, 115)
    return Curve(
        virtual_token=virtual_token,
        virtual_quote=virtual_quote,
        real_token=real_token,
        real_quote=real_quote,
        supply=supply,
        complete=bool(full[48]),
        creator=Pubkey(full[49:81]),
        is_mayhem=bool(full[81]),
        is_cashback=bool(full[82]),
        quote_mint=Pubkey(full[83:115]),
        creator_fee_bps=creator_fee_bps,
        fees_held=sum(struct.unpack_from("<QQ", full, 125)),
    )


def read_global(data: bytes) -> Global:
    """Read the program's `Global`."""
    full = data.ljust(1046, b"\0")
    return Global(
        recipients=_keys(full, (41, 1), (162, 7)),
        reserved=_keys(full, (483, 1), (516, 7)),
        buyback=_keys(full, (741, 8)),
        creator_fee_configurable=bool(full[1045]),
    )


def _keys(data: bytes, *runs: tuple[int, int]) -> tuple[Pubkey, ...]:
    found = (
        Pubkey(data[at + 32 * index : at + 32 * (index + 1)])
        for at, count in runs
        for index in range(count)
    )
    return tuple(key for key in found if key != NOBODY)
