"""What a LaunchLab curve gives for SOL. Pure, integers.

Source: raydium-io/raydium-sdk-V2 `launchpad/curve/*.ts` (`Curve.buyExactIn` and its three curves);
the program's own source is not public.
"""

import math
from dataclasses import dataclass
from typing import Final

from streams.platforms.raydium.product import MAX_BPS, impact_bps, out_for, share
from streams.platforms.raydium_launchlab.accounts import FIXED, LINEAR, PRODUCT, Pool

RATE: Final = 10**6
_Q64: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Bought:
    """What leaves the curve, base units, for lamports that may be less than were offered."""

    out: int
    lamports: int
    venue_bps: int
    impact_bps: int


def buy(pool: Pool, curve_type: int, fee: int, lamports: int) -> Bought | None:
    """Answer what so many lamports buy at a fee over 10**6; None for a type that is not known.

    The curve sells no more than it has: what is too much for it stays with the wallet.
    """
    net = lamports - share(lamports, fee, RATE)
    out = _out(pool, curve_type, net)
    if out is None:
        return None
    left = pool.total_sell - pool.sold
    if out > left:
        rest = pool.total_raise - pool.raised
        out, net, lamports = left, min(net, rest), min(lamports, share(rest, RATE, RATE - fee))
    return Bought(out, lamports, fee * MAX_BPS // RATE, _impact(pool, curve_type, net, out))


def _out(pool: Pool, curve_type: int, net: int) -> int | None:
    if curve_type == PRODUCT:
        return out_for(net, pool.virtual_quote + pool.raised, pool.virtual_base - pool.sold)
    if curve_type == FIXED:
        return pool.virtual_base * net // pool.virtual_quote
    if curve_type == LINEAR:
        # NB: the SDK rounds this root to the nearest; rounding down is at most one unit less.
        root = math.isqrt(2 * (pool.raised + net) * _Q64 // pool.virtual_base)
        return max(0, root - pool.sold)
    return None


def _impact(pool: Pool, curve_type: int, net: int, out: int) -> int:
    if curve_type == PRODUCT:
        return impact_bps(net, pool.virtual_quote + pool.raised, pool.virtual_base - pool.sold)
    if curve_type == LINEAR:
        # The price is slope * sold, so that its average lies half a buy behind its start.
        return MAX_BPS * out // (2 * pool.sold + out) if out else 0
    return 0
