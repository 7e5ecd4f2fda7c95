"""Addresses and accounts of Meteora's dynamic bonding curve. Pure.

A pool hangs on the launchpad's config, which the mint does not tell: the configs are a setting.
Layout: the program's IDL (0.1.10, accounts `PoolConfig` and `VirtualPool`, bytemuck); numbers are
byte offsets.
"""

import struct
from dataclasses import dataclass
from typing import Final

from solders.pubkey import Pubkey

from streams.platforms.meteora.fees import BaseFee, Volatility
from streams.platforms.meteora.swap import pool_key

PROGRAM: Final = Pubkey.from_string("dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN")
POOL_AUTHORITY: Final = Pubkey.find_program_address([b"pool_authority"], PROGRAM)[0]
EVENT_AUTHORITY: Final = Pubkey.find_program_address([b"__event_authority"], PROGRAM)[0]
BY_SLOT: Final = 0
FEES_IN_QUOTE: Final = 0
"""Collect mode: buyers pay in SOL; otherwise in what comes out."""
ON_CURVE, POOL_CREATED = 0, 3
"""Migration progress; 1 and 2 lie between."""
_POOL_KIND: Final = bytes.fromhex("d5e005d16245775c")
_CONFIG_KIND: Final = bytes.fromhex("1a6c0e7b74e6812b")
_POOL_SIZE, _CONFIG_SIZE = 424, 1048
_MOST: Final = 990_000_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the curve with one liquidity, up to a root price (Q64.64)."""

    root: int
    liquidity: int


@dataclass(frozen=True, slots=True)
class Config:
    """A launchpad's terms."""

    quote_mint: str
    by_slot: bool
    collects: int
    base_fee: BaseFee
    volatility_control: tuple[int, int] | None
    """Control and bin step, where fees follow volatility."""
    threshold: int
    """Lamports at which the curve is complete."""
    last_root: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class VirtualPool:
    """A coin's curve."""

    config: str
    base_mint: str
    base_vault: str
    quote_vault: str
    lamports: int
    """Real SOL in it, fees aside."""
    root: int
    starts: int
    is_migrated: bool
    progress: int
    accumulator: int

    def volatility(self, config: Config) -> Volatility | None:
        """Join the pool's memory and the config's terms."""
        if config.volatility_control is None:
            return None
        return Volatility(*config.volatility_control, self.accumulator)


def pool_address(config: str, mint: str) -> str:
    """Derive a mint's curve under a config, against SOL."""
    return pool_key(PROGRAM, mint, b"pool", bytes(Pubkey.from_string(config)))


def pool_of(data: bytes | None) -> VirtualPool | None:
    """Read a curve; None if it is none."""
    if data is None or len(data) < _POOL_SIZE or data[:8] != _POOL_KIND:
        return None
    starts, _, is_migrated, _, _, progress = struct.unpack_from("<Q5B", data, 296)
    return VirtualPool(
        config=_key(data, 72),
        base_mint=_key(data, 136),
        base_vault=_key(data, 168),
        quote_vault=_key(data, 200),
        lamports=struct.unpack_from("<Q", data, 240)[0],
        root=_u128(data, 280),
        starts=starts,
        is_migrated=bool(is_migrated),
        progress=progress,
        accumulator=_u128(data, 40),
    )


def config_of(data: bytes | None) -> Config | None:
    """Read a config; None if it is none."""
    if data is None or len(data) < _CONFIG_SIZE or data[:8] != _CONFIG_KIND:
        return None
    cliff, lasts, change, steps, kind = struct.unpack_from("<QQQHB", data, 104)
    control, bin_step = struct.unpack_from("<IH", data, 148)
    points = (Segment(_u128(data, at), _u128(data, at + 16)) for at in range(408, 1048, 32))
    return Config(
        quote_mint=_key(data, 8),
        by_slot=data[234] == BY_SLOT,
        collects=data[232],
        base_fee=BaseFee(kind, cliff, steps, lasts, change, _MOST),
        volatility_control=(control, bin_step) if data[136] else None,
        threshold=struct.unpack_from("<Q", data, 264)[0],
        last_root=_u128(data, 280),
        segments=tuple(one for one in points if one.root and one.liquidity),
    )


def _key(data: bytes, at: int) -> str:
    return str(Pubkey.from_bytes(data[at : at + 32]))


def _u128(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 16], "little")
