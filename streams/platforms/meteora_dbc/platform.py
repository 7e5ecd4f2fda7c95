"""Meteora's dynamic bonding curve, by its own program.

All of an order is spent (`ExactIn`) unless the quote itself says that the curve is complete
before: then exactly what completes it is wrapped and offered (`PartialFill`), the quote's
`lamports_in` says so, and the minimum out still holds, so that a partial fill can never buy less
than was quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.platforms import METEORA_DBC
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.snapshot import Snapshot
from streams.platforms.meteora.fees import Rate, rate
from streams.platforms.meteora.swap import swaps
from streams.platforms.meteora_dbc.accounts import (
    ON_CURVE,
    POOL_CREATED,
    PROGRAM,
    Config,
    VirtualPool,
    config_of,
    pool_address,
    pool_of,
)
from streams.platforms.meteora_dbc.instructions import Spend, swap
from streams.platforms.meteora_dbc.pricing import Bought, buy, room
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_BPS: Final = 100_000
_RESULT_AT, _FEES = 83, 3
"""Where `EvtSwap2` has its result, and how many fees stand in it."""
_COMPLETE: Final = Explained(
    Code.NO_ROUTE, "Platform unavailable: the curve is complete", moved_on=True
)
_ERRORS: Final = {
    6002: Explained(Code.SLIPPAGE_EXCEEDED, "Slippage exceeded: the price moved too far"),
    6012: _COMPLETE,
    6013: _COMPLETE,
    6033: _COMPLETE,
    6043: Explained(
        Code.TRANSACTION_FAILED,
        "Transaction failed: the curve allows one swap a transaction while its rate limit holds",
    ),
    6047: _COMPLETE,
}


@dataclass(frozen=True, slots=True)
class Curve:
    """A coin's curve and its launchpad's terms."""

    pool: VirtualPool
    config: Config

    @property
    def standing(self) -> Standing:
        """Whether it takes buys."""
        if self.pool.is_migrated or self.pool.progress >= POOL_CREATED:
            return Standing.CLOSED
        complete = self.pool.lamports >= self.config.threshold
        return Standing.MIGRATING if complete or self.pool.progress != ON_CURVE else Standing.OPEN

    def rate(self, lamports: int, seen: Snapshot) -> Rate:
        """Answer its fee for so many lamports."""
        point = seen.slot if self.config.by_slot else seen.unix_time
        volatility = self.pool.volatility(self.config)
        return rate(self.config.base_fee, volatility, lamports, point, self.pool.starts)


class MeteoraDbc:
    """Curves of the launchpads whose configs it is told."""

    name: Final = METEORA_DBC
    programs: Final = frozenset({str(PROGRAM)})

    def __init__(self, configs: Sequence[str]) -> None:
        """Take config accounts; raises ValueError for one that is no address."""
        self._configs = tuple(str(Pubkey.from_string(one)) for one in configs)

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive a curve for each config, and ask for the configs, whose terms price it."""
        return (*self._configs, *(pool_address(one, target.mint) for one in self._configs))

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the coin's curve; a coin has one."""
        for config in self._configs:
            key = pool_address(config, target.mint)
            if curve := _curve(key, config, seen):
                return (self._candidate(key, curve),)
        return ()

    def _candidate(self, key: str, curve: Curve) -> Candidate:
        held = sol_text(curve.pool.lamports)
        goal = sol_text(curve.config.threshold)
        reasons = {
            Standing.OPEN: f"on its launch curve, at {held} of {goal} SOL",
            Standing.MIGRATING: "its launch curve is complete, and its pool is not there yet",
            Standing.CLOSED: "it has left its launch curve",
        }
        return Candidate(
            venue=self.name,
            pool=key,
            standing=curve.standing,
            depth_lamports=curve.pool.lamports,
            is_launch=True,
            reason=reasons[curve.standing],
        )

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:  # noqa: ARG002 - one look shows it all
        """Price by the curve's own maths; where fees move, a simulation has the last word."""
        pool = pool_of(seen.owned(chosen.pool, str(PROGRAM)))
        curve = _curve(chosen.pool, pool.config, seen) if pool else None
        mint = seen.accounts[order.mint]
        if curve is None or mint is None:
            raise Refused(Code.NO_ROUTE, "Platform unavailable: the curve is gone")
        fee = curve.rate(order.lamports, seen)
        bought = buy(curve.pool, curve.config, order.lamports, fee.numerator)
        spend = _spend(curve, order, fee, bought)
        token_program = mint.owner

        def instructions(minimum_out: int) -> tuple[Instruction, ...]:
            return (swap(order.wallet, chosen.pool, curve.pool, token_program, spend, minimum_out),)

        return Plan(
            swap=instructions,
            expected_out=bought.out if fee.is_certain else None,
            estimated_out=bought.out,
            lamports_in=spend.lamports,
            wrap_lamports=spend.lamports,
            venue_bps=fee.numerator // _BPS,
            price_impact_bps=bought.impact_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        """Translate the program's own errors."""
        return _ERRORS.get(custom)

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:  # noqa: ARG002 - the event is the program's
        """Add up what the program's events tell; the trading fee is the launch's own."""
        told = list(swaps(transaction, str(PROGRAM), _RESULT_AT, _FEES))
        return Charged(
            protocol=sum(one.protocol for one in told), creator=sum(one.trading for one in told)
        )


def _spend(curve: Curve, order: Order, fee: Rate, bought: Bought) -> Spend:
    """Say what goes in.

    NB: with fees that move, how much completes the curve is not known to the lamport: all is
    offered, and what is left comes back when the wrapped account is closed.
    """
    if fee.is_certain:
        return Spend(bought.lamports_in, partly=bought.lamports_in < order.lamports)
    return Spend(order.lamports, partly=order.lamports >= room(curve.pool, curve.config))


def _curve(key: str, config: str, seen: Snapshot) -> Curve | None:
    pool = pool_of(seen.owned(key, str(PROGRAM)))
    terms = config_of(seen.owned(config, str(PROGRAM)))
    if pool is None or terms is None or terms.quote_mint != WRAPPED_SOL:
        return None
    return Curve(pool, terms)
