"""The fee rates of Meteora's pools. Pure.

Rates are numerators over 10**9. A pool has a base fee, which may fall with time or grow with the
amount, and may add a fee that follows volatility. Source: MeteoraAg/damm-v2-sdk and
dynamic-bonding-curve-sdk, `src/math/poolFees/`.
"""

from dataclasses import dataclass
from typing import Final

from streams.platforms.meteora.curve import FEE_DENOMINATOR, ceil_div

LINEAR, EXPONENTIAL, RATE_LIMIT = 0, 1, 2
_Q64: Final = 1 << 64
_MAX_BPS: Final = 10_000
_VOLATILITY_SCALE: Final = 10**11


@dataclass(frozen=True, slots=True)
class BaseFee:
    """A base fee; times in the pool's own points (slots or unix s)."""

    kind: int
    """0 and 1 fall with time, 2 grows with the amount; others follow the market value."""
    cliff: int
    """The rate to begin with."""
    steps: int
    """How often it falls; of a rate limit, the bps that each further reference amount adds."""
    lasts: int
    """A step's length; of a rate limit, how long it holds."""
    change: int
    """What a step takes off, bps where exponential; of a rate limit, the reference amount."""
    most: int
    """No fee is higher."""

    def ends(self, start: int) -> int:
        """Answer the point from which it stays as it is."""
        if self.kind == RATE_LIMIT:
            return start + self.lasts
        return start + self.lasts * self.steps


@dataclass(frozen=True, slots=True)
class Volatility:
    """The part that follows volatility."""

    control: int
    bin_step: int
    accumulator: int

    @property
    def rate(self) -> int:
        """Its rate as of the pool's last swap."""
        return ceil_div(self.control * (self.accumulator * self.bin_step) ** 2, _VOLATILITY_SCALE)


@dataclass(frozen=True, slots=True)
class Rate:
    """A fee as far as it can be told beforehand."""

    numerator: int
    is_certain: bool
    """Whether a swap a little later pays the very same."""


def rate(base: BaseFee, volatility: Volatility | None, amount: int, point: int, start: int) -> Rate:
    """Answer the rate of a buy of so much, at a point, in a pool that began at `start`."""
    known = base.kind in {LINEAR, EXPONENTIAL, RATE_LIMIT}
    still = not base.lasts or not base.change or point > base.ends(start)
    numerator = _base_rate(base, amount, point, start) + (volatility.rate if volatility else 0)
    return Rate(min(numerator, base.most), known and still and volatility is None)


def _base_rate(base: BaseFee, amount: int, point: int, start: int) -> int:
    if base.kind == RATE_LIMIT:
        limited = base.change and start <= point <= base.ends(start)
        return _limited(base, amount) if limited else base.cliff
    if base.kind not in {LINEAR, EXPONENTIAL} or not base.lasts:
        return base.cliff
    passed = base.steps if point < start else min((point - start) // base.lasts, base.steps)
    if base.kind == LINEAR:
        return base.cliff - passed * base.change
    factor = _power(_Q64 - (base.change << 64) // _MAX_BPS, passed) if base.change else _Q64
    return factor * base.cliff >> 64


def _limited(base: BaseFee, amount: int) -> int:
    """Average the rates of an amount's slices: each slice of the reference amount pays more."""
    if amount <= base.change:
        return base.cliff
    step = base.steps * FEE_DENOMINATOR // _MAX_BPS
    whole, rest = divmod(amount - base.change, base.change)
    capped = (base.most - base.cliff) // step if step else whole
    if whole < capped:
        fee = base.change * (base.cliff * (whole + 1) + step * whole * (whole + 1) // 2)
        fee += rest * (base.cliff + step * (whole + 1))
    else:
        fee = base.change * (base.cliff * (capped + 1) + step * capped * (capped + 1) // 2)
        fee += ((whole - capped) * base.change + rest) * base.most
    # The program rounds twice: to whole units, and back to a rate.
    return ceil_div(ceil_div(fee, FEE_DENOMINATOR) * FEE_DENOMINATOR, amount)


def _power(number: int, exponent: int) -> int:
    """Raise a Q64 number below one, squaring, each product rounded down as the program does."""
    result = _Q64
    while exponent:
        if exponent & 1:
            result = result * number >> 64
        number = number * number >> 64
        exponent >>= 1
    return result
