"""The constant product that Raydium's three programs share. Pure, integers, base units.

Source: raydium-io/raydium-cp-swap @609780f `curve/constant_product.rs`, raydium-io/raydium-amm
@27f461d `math.rs` (`swap_token_amount_base_in`).
"""

from typing import Final

MAX_BPS: Final = 10_000


def out_for(net: int, here: int, there: int) -> int:
    """Answer what leaves a pool for so much that arrives, fees aside, rounded down."""
    return there * net // (here + net)


def share(amount: int, numerator: int, denominator: int) -> int:
    """Answer a fee, rounded up."""
    return -(-amount * numerator // denominator)


def fee_within(paid: int, here: int, there: int, out: int) -> int:
    """Answer the fee of a swap from what the pool held before it, and what it gave.

    The greatest that fits: it is too high by no more than what one base unit cost.
    """
    if not 0 < out < there:
        return 0
    return max(0, paid + -out * here // (there - out))


def impact_bps(net: int, here: int, there: int) -> int:
    """Answer by how much the average price is worse than the first, fees aside; bps."""
    return MAX_BPS * net // (here + net) if there else 0
