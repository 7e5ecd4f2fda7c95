"""The fee schedule of pump.fun's fee program, which its curve and its pool both ask. Pure.

Layout: its IDL, `FeeConfig`; rules: `pump-rust-client` 0.5.0 `src/math/fees.rs`.
"""

import struct
from dataclasses import dataclass
from typing import Final

from streams.platforms.pricing import MAX_BPS

FEE_PROGRAM: Final = "pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ"
_FLAT_AT, _TIERS_AT = 41, 65
_TIER: Final = struct.Struct("<QQQQQ")
"""A threshold in lamports (u128, as two halves), then the three rates."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Basis points of what is traded."""

    lp: int
    protocol: int
    creator: int

    @property
    def together(self) -> int:
        """All three."""
        return self.lp + self.protocol + self.creator


@dataclass(frozen=True, slots=True)
class Schedule:
    """Flat rates, and tiers of (market cap in lamports from which on, rates), ascending."""

    flat: Rates
    tiers: tuple[tuple[int, Rates], ...]

    def at(self, market_cap: int) -> Rates:
        """Answer the last tier that the market cap reaches, else the first."""
        reached = [rates for threshold, rates in self.tiers if threshold <= market_cap]
        return reached[-1] if reached else self.tiers[0][1]


@dataclass(frozen=True, slots=True)
class Split:
    """An amount of quote divided; lamports. `net` is what is swapped."""

    net: int
    lp: int
    protocol: int
    creator: int

    @property
    def spent(self) -> int:
        """What the buyer pays."""
        return self.net + self.lp + self.protocol + self.creator


def read_schedule(data: bytes) -> Schedule | None:
    """Read a `FeeConfig` account; None for one without tiers, or shorter than it says."""
    if len(data) < _TIERS_AT + 4:
        return None
    (count,) = struct.unpack_from("<I", data, _TIERS_AT)
    begin = _TIERS_AT + 4
    if not count or len(data) < begin + count * _TIER.size:
        return None
    tiers = []
    for at in range(begin, begin + count * _TIER.size, _TIER.size):
        low, high, lp, protocol, creator = _TIER.unpack_from(data, at)
        tiers.append((low | high << 64, Rates(lp, protocol, creator)))
    return Schedule(Rates(*struct.unpack_from("<QQQ", data, _FLAT_AT)), tuple(tiers))


def split_exact_in(amount: int, rates: Rates) -> Split | None:
    """Divide what a buyer offers; None if nothing is left to swap.

    Each fee is rounded up on the net that is rounded down, and what then exceeds the offer is
    taken from the net (`exact_quote_in_fees` of both programs).
    """
    net = amount * MAX_BPS // (MAX_BPS + rates.together)
    lp, protocol, creator = (
        ceil_div(net * bps, MAX_BPS) for bps in (rates.lp, rates.protocol, rates.creator)
    )
    net -= max(0, net + lp + protocol + creator - amount)
    return Split(net, lp, protocol, creator) if net > 0 else None


def swap_exact_in(net: int, quote_reserve: int, base_reserve: int) -> int:
    """Answer the base units for a net; both programs swap one lamport less than they take."""
    return (net - 1) * base_reserve // (quote_reserve + net - 1)


def impact_bps(net: int, out: int, quote_reserve: int, base_reserve: int) -> int:
    """Answer how much worse than the price before it a swap is filled."""
    spot = net * base_reserve // quote_reserve
    return max(0, (spot - out) * MAX_BPS // spot) if spot else 0


def ceil_div(a: int, b: int) -> int:
    """Divide, rounding up."""
    return -(-a // b)
