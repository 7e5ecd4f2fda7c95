"""What a swap costs: constant product on the maker's inventory, integers only.

The price is that of `x * y = k` with x the spec's SOL at full supply; since the maker only sells,
the SOL side at an inventory y is k / y. The maker gives exactly what was quoted.
"""

from dataclasses import dataclass

from sandbox.jupiter.tokens import TokenSpec

BPS = 10_000
FEE_BPS = 10
"""Jupiter's own fee on /order, taken from the input."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Lamports in, base units out."""

    amount_in: int
    fee: int
    amount_out: int
    threshold: int
    impact_ppm: int
    """How much worse than the price before the swap, in millionths, the fee not counted."""


def quote(
    spec: TokenSpec, inventory: int, amount_in: int, slippage_bps: int, fee_bps: int = FEE_BPS
) -> Quote:
    """Price a swap; `amount_out` may be 0, rounding is in the maker's favour."""
    fee = amount_in * fee_bps // BPS
    net = amount_in - fee
    if inventory == 0 or net == 0:
        return Quote(amount_in, fee, 0, 0, 0)
    sol = -(-spec.pool_lamports * spec.supply // inventory)
    out = inventory * net // (sol + net)
    return Quote(
        amount_in=amount_in,
        fee=fee,
        amount_out=out,
        threshold=out * (BPS - slippage_bps) // BPS,
        impact_ppm=1_000_000 * net // (sol + net),
    )
