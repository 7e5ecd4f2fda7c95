"""Meteora DAMM v2, by its own program."""

from collections.abc import Sequence
from typing import Any, Final

from solders.instruction import Instruction

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.platforms import METEORA_DAMM_V2
from streams.chain.snapshot import Snapshot
from streams.platforms.meteora.fees import rate
from streams.platforms.meteora.swap import swaps
from streams.platforms.meteora_damm_v2.accounts import PROGRAM, Pool, pool_of, pools_of
from streams.platforms.meteora_damm_v2.instructions import swap
from streams.platforms.meteora_damm_v2.pricing import buy, sol_depth
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_BPS: Final = 100_000
_RESULT_AT, _FEES = 52, 4
"""Where `EvtSwap2` has its result, and how many fees stand in it."""
_CLOSED: Final = Explained(Code.NO_ROUTE, "Platform unavailable: the pool is closed", moved_on=True)
_DRY: Final = Explained(Code.NO_ROUTE, "Platform unavailable: the pool's price range ends there")
_ERRORS: Final = {
    6002: Explained(Code.SLIPPAGE_EXCEEDED, "Slippage exceeded: the price moved too far"),
    6003: _CLOSED,
    6015: _DRY,
    6023: _DRY,
    6049: Explained(
        Code.TRANSACTION_FAILED,
        "Transaction failed: the pool allows one swap a transaction while its rate limit holds",
    ),
}


class MeteoraDammV2:
    """Pools of one price range, by the derived addresses."""

    name: Final = METEORA_DAMM_V2
    programs: Final = frozenset({str(PROGRAM)})

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive the pools that there can be."""
        return pools_of(target.mint)

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer each pool: one that anybody opened never hides one that a launch has left."""
        return [one for key in pools_of(target.mint) if (one := self._candidate(key, seen))]

    def _candidate(self, key: str, seen: Snapshot) -> Candidate | None:
        pool = pool_of(seen.owned(key, str(PROGRAM)))
        if pool is None:
            return None
        depth = sol_depth(pool)
        why = ""
        if not pool.is_enabled:
            why = "its owner has closed the pool"
        elif _point(pool, seen) < pool.starts:
            why = "the pool has not opened yet"
        return Candidate(
            venue=self.name,
            pool=key,
            standing=Standing.CLOSED if why else Standing.OPEN,
            depth_lamports=depth,
            is_launch=False,
            reason=why or f"a DAMM v2 pool of {sol_text(depth)} SOL",
        )

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:  # noqa: ARG002 - one look shows it all
        """Price by the pool's own maths; where fees move, a simulation has the last word."""
        pool = pool_of(seen.owned(chosen.pool, str(PROGRAM)))
        mint = seen.accounts[order.mint]
        if pool is None or mint is None:
            raise Refused(Code.NO_ROUTE, "Platform unavailable: the pool is gone")
        fee = rate(pool.base_fee, pool.volatility, order.lamports, _point(pool, seen), pool.starts)
        bought = buy(pool, order.lamports, fee.numerator)
        if bought is None:
            raise Refused(_DRY.code, _DRY.text)
        token_program = mint.owner

        def instructions(minimum_out: int) -> tuple[Instruction, ...]:
            return (
                swap(order.wallet, chosen.pool, pool, token_program, order.lamports, minimum_out),
            )

        return Plan(
            swap=instructions,
            expected_out=bought.out if fee.is_certain else None,
            estimated_out=bought.out,
            wrap_lamports=order.lamports,
            venue_bps=fee.numerator // _BPS,
            price_impact_bps=bought.impact_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        """Translate the program's own errors."""
        return _ERRORS.get(custom)

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:  # noqa: ARG002 - the event is the program's
        """Add up what the program's events tell."""
        told = list(swaps(transaction, str(PROGRAM), _RESULT_AT, _FEES))
        return Charged(
            protocol=sum(one.protocol for one in told),
            lp=sum(one.trading + one.compounding for one in told),
        )


def _point(pool: Pool, seen: Snapshot) -> int:
    return seen.slot if pool.by_slot else seen.unix_time
