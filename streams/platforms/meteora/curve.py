"""The maths of a square-root price, as Meteora's programs round it. Pure.

A price is quote base units a base unit, its root Q64.64; liquidity is Q64 times the root of the
product (MeteoraAg/damm-v2-sdk `src/math/liquidity/concentratedLiquidity.ts`; both programs agree).
"""

from typing import Final

FEE_DENOMINATOR: Final = 10**9
_Q128: Final = 1 << 128


def price_after_quote(root: int, liquidity: int, amount: int) -> int:
    """Answer the root price after so much quote has come in, rounded down."""
    return root + amount * _Q128 // liquidity


def price_after_base(root: int, liquidity: int, amount: int) -> int:
    """Answer the root price after so much base has come in, rounded up."""
    return ceil_div(liquidity * root, liquidity + amount * root)


def base_between(lower: int, upper: int, liquidity: int) -> int:
    """Answer the base units between two root prices, rounded down."""
    return liquidity * (upper - lower) // (lower * upper)


def quote_between(lower: int, upper: int, liquidity: int) -> int:
    """Answer the quote units between two root prices, rounded down."""
    return liquidity * (upper - lower) // _Q128


def quote_to_reach(lower: int, upper: int, liquidity: int) -> int:
    """Answer the quote units that move the price so far, rounded up."""
    return ceil_div(liquidity * (upper - lower), _Q128)


def without_fee(amount: int, numerator: int) -> int:
    """Answer what is left after a fee of so many billionths, itself rounded up."""
    return amount - ceil_div(amount * numerator, FEE_DENOMINATOR)


def with_fee(amount: int, numerator: int) -> int:
    """Answer the least amount of which so much is left after the fee."""
    return ceil_div(amount * FEE_DENOMINATOR, FEE_DENOMINATOR - numerator)


def at_price(root: int, quote: int) -> int:
    """Answer the base units that so much quote is worth without moving the price."""
    return quote * _Q128 // (root * root)


def at_inverse_price(root: int, base: int) -> int:
    """Answer the quote units that so much base is worth without moving the price."""
    return base * root * root // _Q128


def impact_bps(ideal: int, actual: int) -> int:
    """Answer by how much less comes out than at the price before; rounded down."""
    return max(0, ideal - actual) * 10_000 // ideal if ideal else 0


def ceil_div(number: int, by: int) -> int:
    """Divide, rounded up."""
    return -(-number // by)
