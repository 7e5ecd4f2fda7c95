"""Addresses and accounts of Meteora's DAMM v2. Pure.

Layout: the program's IDL (cp_amm 0.2.0, account `Pool`, bytemuck); numbers are byte offsets. The
configs are those to which Meteora's bonding curve migrates (dynamic-bonding-curve-sdk,
`src/constants.ts`, `DAMM_V2_MIGRATION_FEE_ADDRESS`).
"""

import struct
from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.meteora.fees import RATE_LIMIT, BaseFee, Volatility
from streams.platforms.meteora.swap import pool_key

PROGRAM: Final = Pubkey.from_string("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG")
POOL_AUTHORITY: Final = Pubkey.find_program_address([b"pool_authority"], PROGRAM)[0]
EVENT_AUTHORITY: Final = Pubkey.find_program_address([b"__event_authority"], PROGRAM)[0]
MIGRATION_CONFIGS: Final = (
    "7F6dnUcRuyM2TwR8myT1dYypFXpPSxqwKNSFNkxyNESd",
    "2nHK1kju6XjphBLbNxpM5XRGFj7p9U8vvNzyZiha1z6k",
    "Hv8Lmzmnju6m7kcokVKvwqz7QPmdX9XfKjJsXz8RXcjp",
    "2c4cYd4reUYVRAB9kUUkrq55VPyy2FNQ3FDL4o12JXmq",
    "AkmQWebAwFvWk55wBoCr5D62C6VVDTzi84NJuD9H7cFD",
    "DbCRBj8McvPYHJG1ukj8RE15h2dCNUdTAESG49XpQ44u",
    "A8gMrEPJkacWkcb3DGwtJwTe16HktSEfvwtuDh2MCtck",
)
FEES_IN_BOTH, FEES_IN_B, COMPOUNDING = 0, 1, 2
"""Collect modes: what comes out pays; the second token pays; the same, and a part is added."""
BY_SLOT: Final = 0
_KIND: Final = bytes.fromhex("f19a6d0411b16dbc")
_SIZE: Final = 1112
_BASE_FEE_AT, _DYNAMIC_AT = 8, 56
_MOST: Final = {0: 500_000_000, 1: 990_000_000}
_BPS: Final = 100_000
"""A bps as a numerator over 10**9."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool; `roots` are root prices of B in A, Q64.64."""

    mints: tuple[str, str]
    vaults: tuple[str, str]
    liquidity: int
    lowest_root: int
    highest_root: int
    root: int
    amounts: tuple[int, int]
    """Kept by compounding pools only."""
    starts: int
    by_slot: bool
    is_enabled: bool
    collects: int
    base_fee: BaseFee
    volatility: Volatility | None

    @property
    def sells_a(self) -> bool:
        """Whether SOL is the second token, so that a buy takes the first."""
        return self.mints[1] == WRAPPED_SOL


def pools_of(mint: str) -> tuple[str, ...]:
    """Derive where a mint's pools against wrapped SOL can stand.

    There is one that anybody may open with terms of their own, and one for each migration config.
    """
    configs = (bytes(Pubkey.from_string(config)) for config in MIGRATION_CONFIGS)
    migrated = (pool_key(PROGRAM, mint, b"pool", config) for config in configs)
    return (pool_key(PROGRAM, mint, b"cpool"), *migrated)


def pool_of(data: bytes | None) -> Pool | None:
    """Read a pool; None if it is none."""
    if data is None or len(data) < _SIZE or data[:8] != _KIND:
        return None
    starts, by_time, status, _, _, collects, _, version = struct.unpack_from("<Q7B", data, 472)
    return Pool(
        mints=(_key(data, 168), _key(data, 200)),
        vaults=(_key(data, 232), _key(data, 264)),
        liquidity=_u128(data, 360),
        lowest_root=_u128(data, 424),
        highest_root=_u128(data, 440),
        root=_u128(data, 456),
        amounts=struct.unpack_from("<QQ", data, 680),
        starts=starts,
        by_slot=by_time == BY_SLOT,
        is_enabled=status == 0,
        collects=collects,
        base_fee=_base_fee(data, _MOST.get(version, _MOST[1])),
        volatility=_volatility(data),
    )


def _base_fee(data: bytes, most: int) -> BaseFee:
    cliff, kind, steps = struct.unpack_from("<QB5xH", data, _BASE_FEE_AT)
    if kind == RATE_LIMIT:
        lasts, most_bps, change = struct.unpack_from("<IIQ", data, _BASE_FEE_AT + 16)
        return BaseFee(kind, cliff, steps, lasts, change, min(most, most_bps * _BPS))
    lasts, change = struct.unpack_from("<QQ", data, _BASE_FEE_AT + 16)
    return BaseFee(kind, cliff, steps, lasts, change, most)


def _volatility(data: bytes) -> Volatility | None:
    if not data[_DYNAMIC_AT]:
        return None
    control, bin_step = struct.unpack_from("<IH", data, _DYNAMIC_AT + 12)
    return Volatility(control, bin_step, _u128(data, _DYNAMIC_AT + 64))


def _key(data: bytes, at: int) -> str:
    return str(Pubkey.from_bytes(data[at : at + 32]))


def _u128(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 16], "little")
