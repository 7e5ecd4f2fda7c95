"""Raydium CPMM, by its own program."""

from collections.abc import Sequence
from typing import Any, Final

from solders.instruction import Instruction

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.platforms import RAYDIUM_CPMM
from streams.chain.accounts import token_account_of
from streams.chain.program_logs import logged_data
from streams.chain.snapshot import Snapshot
from streams.platforms.raydium_cpmm.accounts import (
    CONFIGS,
    PROGRAM,
    Place,
    Pool,
    config_of,
    places,
    pool_of,
)
from streams.platforms.raydium_cpmm.events import charged
from streams.platforms.raydium_cpmm.instructions import swap_base_input
from streams.platforms.raydium_cpmm.pricing import Reserves, buy, reserves
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_GONE: Final = "Platform unavailable: the pool is gone"
_TOO_LITTLE: Final = Explained(
    Code.NO_ROUTE, "Platform unavailable: the amount is too small to buy anything in this pool"
)
_ERRORS: Final = {
    6000: Explained(Code.NO_ROUTE, "Platform unavailable: the pool is closed", moved_on=True),
    6005: Explained(Code.SLIPPAGE_EXCEEDED, "Slippage exceeded: the price moved too far"),
    6006: _TOO_LITTLE,
    6007: Explained(Code.TOKEN_RESTRICTED, "Token refused: Raydium does not take its extensions"),
    2502: _TOO_LITTLE,
}
"""2502 is Anchor's `RequireGtViolated`: nothing would come out."""


class RaydiumCpmm:
    """Pools of Raydium's own configs, by their derived addresses."""

    name: Final = RAYDIUM_CPMM
    programs: Final = frozenset({str(PROGRAM)})

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive the pools that there can be, their vaults and their configs: 40 accounts."""
        found = [key for place in places(target.mint) for key in (place.pool, *place.vaults)]
        return [*CONFIGS, *found]

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the pool of each config."""
        return [one for place in places(target.mint) if (one := _candidate(place, seen))]

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:  # noqa: ARG002 - one look shows it all
        """Price by the pool's own maths."""
        place = next(one for one in places(order.mint) if one.pool == chosen.pool)
        config = config_of(seen.owned(place.config, str(PROGRAM)))
        shown = _shown(place, seen)
        if config is None or shown is None:
            raise Refused(Code.NO_ROUTE, _GONE)
        pool, held = shown
        bought = buy(pool, config, held, order.lamports)
        if not bought.out:
            raise Refused(_TOO_LITTLE.code, _TOO_LITTLE.text)

        def instructions(minimum_out: int) -> tuple[Instruction, ...]:
            return (swap_base_input(order.wallet, place.pool, pool, order.lamports, minimum_out),)

        return Plan(
            swap=instructions,
            expected_out=bought.out,
            wrap_lamports=order.lamports,
            venue_bps=bought.venue_bps,
            price_impact_bps=bought.impact_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        """Translate the program's own errors."""
        return _ERRORS.get(custom)

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:  # noqa: ARG002 - the event is the program's
        """Add up what the program's events tell."""
        return charged(logged_data(transaction, str(PROGRAM)))


def _shown(place: Place, seen: Snapshot) -> tuple[Pool, Reserves] | None:
    pool = pool_of(seen.owned(place.pool, str(PROGRAM)))
    sol, coin = (token_account_of(seen.accounts[vault]) for vault in place.vaults)
    if pool is None or sol is None or coin is None:
        return None
    held = reserves(pool, sol.amount, coin.amount)
    return (pool, held) if min(held.lamports, held.coins) > 0 else None


def _candidate(place: Place, seen: Snapshot) -> Candidate | None:
    shown = _shown(place, seen)
    if shown is None:
        return None
    pool, held = shown
    why = ""
    if not pool.takes_swaps:
        why = "its owner has closed the pool for swaps"
    elif seen.unix_time < pool.opens_at:
        why = "the pool has not opened yet"
    return Candidate(
        venue=RaydiumCpmm.name,
        pool=place.pool,
        standing=Standing.CLOSED if why else Standing.OPEN,
        depth_lamports=held.lamports,
        is_launch=False,
        reason=why or f"a CPMM pool of {sol_text(held.lamports)} SOL",
    )
