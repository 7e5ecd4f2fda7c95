"""What an AMM v4 pool gives for SOL. Pure, integers, rounded as the program rounds.

Source: raydium-io/raydium-amm @27f461d, `processor.rs` (`process_swap_base_in_v2`), `math.rs`.
"""

from dataclasses import dataclass

from streams.platforms.raydium.product import impact_bps, out_for, share
from streams.platforms.raydium_amm_v4.accounts import Pool


@dataclass(frozen=True, slots=True)
class Bought:
    """What leaves the pool, base units."""

    out: int
    venue_bps: int
    impact_bps: int


def reserves(pool: Pool, vaults: tuple[int, int]) -> tuple[int, int]:
    """Answer lamports and base units that are traded, of what lies in the vaults."""
    here, there = pool.sol, 1 - pool.sol
    return vaults[here] - pool.owed[here], vaults[there] - pool.owed[there]


def buy(pool: Pool, held: tuple[int, int], lamports: int) -> Bought:
    """Answer what so many lamports buy."""
    numerator, denominator = pool.fee
    net = lamports - share(lamports, numerator, denominator)
    return Bought(
        out=out_for(net, *held),
        venue_bps=numerator * 10_000 // denominator,
        impact_bps=impact_bps(net, *held),
    )
