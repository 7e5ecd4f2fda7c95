"""Raydium AMM v4, by its own program."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from solders.instruction import Instruction

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.platforms import RAYDIUM_AMM_V4
from streams.chain.accounts import token_account_of
from streams.chain.program_logs import logged_text
from streams.chain.snapshot import Snapshot
from streams.platforms.raydium_amm_v4.accounts import (
    PROGRAM,
    SWAP_ONLY,
    WAITING,
    Place,
    Pool,
    place_of,
    pool_of,
)
from streams.platforms.raydium_amm_v4.events import charged
from streams.platforms.raydium_amm_v4.instructions import swap_base_in_v2
from streams.platforms.raydium_amm_v4.pricing import buy, reserves
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_TOO_LITTLE: Final = Explained(
    Code.NO_ROUTE, "Platform unavailable: the amount is too small to buy anything in this pool"
)
_CLOSED: Final = Explained(Code.NO_ROUTE, "Platform unavailable: the pool is closed", moved_on=True)
_ERRORS: Final = {
    22: _CLOSED,
    29: _TOO_LITTLE,
    30: Explained(Code.SLIPPAGE_EXCEEDED, "Slippage exceeded: the price moved too far"),
    40: Explained(Code.INSUFFICIENT_BALANCE, "Insufficient balance: too little wrapped SOL"),
}
"""By their place in `AmmError`: InvalidStatus, InvalidInput, ExceededSlippage, and
InsufficientFunds."""


class RaydiumAmmV4:
    """The pools of markets that the configuration names, at most one a mint."""

    name: Final = RAYDIUM_AMM_V4
    programs: Final = frozenset({str(PROGRAM)})

    def __init__(self, markets: Mapping[str, str]) -> None:
        """Take the market of each mint."""
        self._markets = markets

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive the pool and its vaults, if the mint's market is known."""
        place = self._place(target.mint)
        return (place.pool, place.coin_vault, place.pc_vault) if place else ()

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the pool of the mint's market."""
        place = self._place(target.mint)
        shown = _shown(place, target.mint, seen) if place else None
        if place is None or shown is None:
            return ()
        pool, held = shown
        why = _closed(pool, seen)
        found = Candidate(
            venue=self.name,
            pool=place.pool,
            standing=Standing.CLOSED if why else Standing.OPEN,
            depth_lamports=held[0],
            is_launch=False,
            reason=why or f"an AMM v4 pool of {sol_text(held[0])} SOL",
        )
        return (found,)

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:  # noqa: ARG002 - one look shows it all
        """Price by the pool's own maths."""
        place = self._place(order.mint)
        shown = _shown(place, order.mint, seen) if place else None
        if shown is None:
            raise Refused(Code.NO_ROUTE, "Platform unavailable: the pool is gone")
        pool, held = shown
        bought = buy(pool, held, order.lamports)
        if not bought.out:
            raise Refused(_TOO_LITTLE.code, _TOO_LITTLE.text)

        def instructions(minimum_out: int) -> tuple[Instruction, ...]:
            return (swap_base_in_v2(order.wallet, chosen.pool, pool, order.lamports, minimum_out),)

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

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:  # noqa: ARG002 - the log is the program's
        """Add up what the program's log tells."""
        return charged(logged_text(transaction, str(PROGRAM)))

    def _place(self, mint: str) -> Place | None:
        market = self._markets.get(mint)
        return place_of(market) if market else None


def _shown(place: Place, mint: str, seen: Snapshot) -> tuple[Pool, tuple[int, int]] | None:
    """Answer the pool and what it trades: lamports and base units."""
    pool = pool_of(seen.owned(place.pool, str(PROGRAM)))
    coin = token_account_of(seen.accounts[place.coin_vault])
    pc = token_account_of(seen.accounts[place.pc_vault])
    if pool is None or coin is None or pc is None or mint not in pool.mints:
        return None
    if pool.vaults != (place.coin_vault, place.pc_vault):
        return None
    held = reserves(pool, (coin.amount, pc.amount))
    return (pool, held) if min(held) > 0 else None


def _closed(pool: Pool, seen: Snapshot) -> str:
    if pool.status == WAITING and seen.unix_time < pool.opens_at:
        return "the pool has not opened yet"
    if pool.status not in {SWAP_ONLY, WAITING}:
        return f"the pool's status {pool.status} does not let us trade it without an order book"
    return ""
