"""What a CPMM pool gives for SOL. Pure, integers, rounded as the program rounds.

Source: raydium-io/raydium-cp-swap @609780f, `curve/calculator.rs` and `curve/fees.rs`.
"""

from dataclasses import dataclass
from typing import Final

from streams.platforms.raydium.product import impact_bps, out_for, share
from streams.platforms.raydium_cpmm.accounts import Config, Pool

RATE: Final = 10**6
_RATE_IN_BPS: Final = RATE // 10_000


@dataclass(frozen=True, slots=True)
class Reserves:
    """What a pool trades: lamports and base units, without what it owes."""

    lamports: int
    coins: int


@dataclass(frozen=True, slots=True)
class Bought:
    """What leaves the pool, base units, before a transfer fee of the token's own."""

    out: int
    venue_bps: int
    impact_bps: int


def reserves(pool: Pool, sol_vault: int, coin_vault: int) -> Reserves:
    """Take off the vaults what the pool owes."""
    return Reserves(sol_vault - pool.owed[pool.sol], coin_vault - pool.owed[1 - pool.sol])


def buy(pool: Pool, config: Config, held: Reserves, lamports: int) -> Bought:
    """Answer what so many lamports buy."""
    creator = config.creator_fee if pool.has_creator_fee else 0
    on_input = pool.creator_fee_on_input
    rate = config.trade_fee + (creator if on_input else 0)
    net = lamports - share(lamports, rate, RATE)
    out = out_for(net, held.lamports, held.coins)
    if not on_input:
        out -= share(out, creator, RATE)
    return Bought(
        out=out,
        venue_bps=(config.trade_fee + creator) // _RATE_IN_BPS,
        impact_bps=impact_bps(net, held.lamports, held.coins),
    )
