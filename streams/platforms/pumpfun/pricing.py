"""The integer maths of a buy on pump.fun's bonding curve. Pure.

Source: `pump-rust-client` 0.5.0 `src/math/bonding_curve.rs`; held against the program by tests.
"""

from dataclasses import dataclass

from streams.platforms.pricing import MAX_BPS
from streams.platforms.pump_fees import (
    Rates,
    Schedule,
    Split,
    ceil_div,
    impact_bps,
    split_exact_in,
    swap_exact_in,
)
from streams.platforms.pumpfun.accounts import NOBODY, Curve, Global


@dataclass(frozen=True, slots=True)
class Priced:
    """What an order gets and what it pays."""

    tokens: int
    split: Split
    takes_rest: bool
    """It buys all that the curve still has, and completes it."""
    price_impact_bps: int


def rates_of(curve: Curve, world: Global, schedule: Schedule, mint_supply: int) -> Rates:
    """Answer the rates of a curve now; a curve has no liquidity providers."""
    supply = curve.supply if curve.is_mayhem else mint_supply
    rates = schedule.at(curve.virtual_quote * supply // curve.virtual_token)
    creator = rates.creator
    if world.creator_fee_configurable and curve.creator_fee_bps:
        creator = curve.creator_fee_bps
    return Rates(0, rates.protocol, 0 if curve.creator == NOBODY else creator)


def price(curve: Curve, rates: Rates, lamports: int) -> Priced | None:
    """Price a buy for so many lamports, fees included; None if that buys nothing."""
    split = split_exact_in(lamports, rates)
    if split is None:
        return None
    tokens = swap_exact_in(split.net, curve.virtual_quote, curve.virtual_token)
    takes_rest = tokens > curve.real_token
    if takes_rest:
        tokens, split = curve.real_token, cost_of(curve, rates, curve.real_token)
    if not tokens or split.spent > lamports:
        return None
    impact = impact_bps(split.net, tokens, curve.virtual_quote, curve.virtual_token)
    return Priced(tokens, split, takes_rest, impact)


def cost_of(curve: Curve, rates: Rates, tokens: int) -> Split:
    """Answer what exactly so many base units cost."""
    net = tokens * curve.virtual_quote // (curve.virtual_token - tokens) + 1
    return Split(
        net=net,
        lp=0,
        protocol=ceil_div(net * rates.protocol, MAX_BPS),
        creator=ceil_div(net * rates.creator, MAX_BPS),
    )
