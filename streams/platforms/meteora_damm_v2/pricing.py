"""What a DAMM v2 pool gives for SOL. Pure, integers, rounded as the program rounds.

Source: MeteoraAg/damm-v2-sdk `src/math/swapQuote.ts` and `src/math/liquidity/`.
"""

from dataclasses import dataclass

from streams.platforms.meteora.curve import (
    at_inverse_price,
    at_price,
    base_between,
    impact_bps,
    price_after_base,
    price_after_quote,
    quote_between,
    without_fee,
)
from streams.platforms.meteora_damm_v2.accounts import COMPOUNDING, FEES_IN_BOTH, Pool


@dataclass(frozen=True, slots=True)
class Bought:
    """What comes out, base units, and how far the price moves, fees aside."""

    out: int
    impact_bps: int


def buy(pool: Pool, lamports: int, fee: int) -> Bought | None:
    """Answer what so many lamports buy at a fee of so many billionths.

    None if the pool's price range ends before.
    """
    from_input = pool.sells_a and pool.collects != FEES_IN_BOTH
    paid = without_fee(lamports, fee) if from_input else lamports
    out = _swapped(pool, paid)
    if out is None:
        return None
    ideal = at_price(pool.root, paid) if pool.sells_a else at_inverse_price(pool.root, paid)
    return Bought(out if from_input else without_fee(out, fee), impact_bps(ideal, out))


def _swapped(pool: Pool, paid: int) -> int | None:
    if pool.collects == COMPOUNDING:
        there, here = pool.amounts if pool.sells_a else (pool.amounts[1], pool.amounts[0])
        return there * paid // (here + paid)
    if pool.sells_a:
        root = price_after_quote(pool.root, pool.liquidity, paid)
        if root > pool.highest_root:
            return None
        return base_between(pool.root, root, pool.liquidity)
    root = price_after_base(pool.root, pool.liquidity, paid)
    return None if root < pool.lowest_root else quote_between(root, pool.root, pool.liquidity)


def sol_depth(pool: Pool) -> int:
    """Answer the lamports that the pool's liquidity holds.

    NB: by the price and the liquidity, not by the vault, which holds fees too.
    """
    if pool.collects == COMPOUNDING:
        return pool.amounts[1 if pool.sells_a else 0]
    if not pool.liquidity or not pool.root:
        return 0
    if pool.sells_a:
        return quote_between(pool.lowest_root, pool.root, pool.liquidity)
    return base_between(pool.root, pool.highest_root, pool.liquidity)
