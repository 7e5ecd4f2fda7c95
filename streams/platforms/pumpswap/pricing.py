"""The integer maths of a buy at a PumpSwap pool. Pure.

Source: `pump-rust-client` 0.5.0 `src/math/amm.rs`; held against the program by tests.
"""

from dataclasses import dataclass

from streams.platforms.pump_fees import (
    Rates,
    Schedule,
    Split,
    impact_bps,
    split_exact_in,
    swap_exact_in,
)
from streams.platforms.pumpswap.accounts import NOBODY, GlobalConfig, Pool

MAYHEM_SUPPLY = 10**15
"""A mayhem coin's supply changes; its tier is told as if it did not."""


@dataclass(frozen=True, slots=True)
class Reserves:
    """What a pool prices with: base units, and lamports that may be partly virtual."""

    base: int
    quote: int


@dataclass(frozen=True, slots=True)
class Priced:
    """What an order gets and what it pays."""

    tokens: int
    split: Split
    price_impact_bps: int


def rates_of(
    pool: Pool, world: GlobalConfig, schedule: Schedule, reserves: Reserves, mint_supply: int
) -> Rates:
    """Answer the rates of a canonical pool now, by its coin's market cap."""
    supply = MAYHEM_SUPPLY if pool.is_mayhem else mint_supply
    rates = schedule.at(reserves.quote * supply // reserves.base)
    creator = rates.creator
    if world.creator_fee_configurable and pool.creator_fee_bps:
        creator = pool.creator_fee_bps
    return Rates(rates.lp, rates.protocol, 0 if pool.coin_creator == NOBODY else creator)


def price(reserves: Reserves, rates: Rates, lamports: int) -> Priced | None:
    """Price a buy for so many lamports, fees included; None if that buys nothing."""
    split = split_exact_in(lamports, rates)
    if split is None:
        return None
    tokens = swap_exact_in(split.net, reserves.quote, reserves.base)
    if not tokens:
        return None
    impact = impact_bps(split.net, tokens, reserves.quote, reserves.base)
    return Priced(tokens, split, impact)
