"""What a bonding curve gives for SOL. Pure, integers, rounded as the program rounds.

Source: MeteoraAg/dynamic-bonding-curve-sdk `src/math/swapQuote.ts`.
"""

from dataclasses import dataclass

from streams.platforms.meteora.curve import (
    at_price,
    base_between,
    impact_bps,
    price_after_quote,
    quote_to_reach,
    with_fee,
    without_fee,
)
from streams.platforms.meteora_dbc.accounts import FEES_IN_QUOTE, Config, VirtualPool


@dataclass(frozen=True, slots=True)
class Bought:
    """What a buy would do; base units and lamports."""

    out: int
    lamports_in: int
    """What it costs: less than was offered where the curve is complete before."""
    impact_bps: int


def buy(pool: VirtualPool, config: Config, lamports: int, fee: int) -> Bought:
    """Answer what so many lamports buy at a fee of so many billionths."""
    in_quote = config.collects == FEES_IN_QUOTE
    paid = without_fee(lamports, fee) if in_quote else lamports
    out, left = _along(pool, config, paid)
    swapped = paid - left
    spent = lamports
    if left:
        spent = with_fee(swapped, fee) if in_quote else swapped
    impact = impact_bps(at_price(pool.root, swapped), out)
    return Bought(out if in_quote else without_fee(out, fee), spent, impact)


def room(pool: VirtualPool, config: Config) -> int:
    """Answer the lamports, fees aside, that complete the curve."""
    endless = 1 << 64
    return endless - _along(pool, config, endless)[1]


def _along(pool: VirtualPool, config: Config, amount: int) -> tuple[int, int]:
    """Go up the curve: base units out, and what of the amount is left at its end."""
    out, root, left = 0, pool.root, amount
    for segment in config.segments:
        upper = min(config.last_root, segment.root)
        if upper <= root:
            continue
        needed = quote_to_reach(root, upper, segment.liquidity)
        if left < needed:
            reached = price_after_quote(root, segment.liquidity, left)
            return out + base_between(root, reached, segment.liquidity), 0
        out += base_between(root, upper, segment.liquidity)
        left -= needed
        root = upper
        if root == config.last_root:
            break
    return out, left
