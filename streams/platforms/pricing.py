"""The integers that all platforms share. Pure."""

from typing import Final

MAX_BPS: Final = 10_000


def minimum_out(expected_out: int, slippage_bps: int) -> int:
    """Answer the least that the caller's slippage allows, rounded down; base units.

    At least one unit unless every price is allowed: of very few units rounding would leave none.
    """
    least = expected_out * (MAX_BPS - slippage_bps) // MAX_BPS
    return least if slippage_bps >= MAX_BPS else max(1, least)
