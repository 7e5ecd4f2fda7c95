"""Raydium LaunchLab, by its own program."""

from collections.abc import Sequence
from typing import Any, Final

from solders.instruction import Instruction

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.platforms import RAYDIUM_LAUNCHLAB
from streams.chain.emitted import emitted
from streams.chain.program_logs import logged_data
from streams.chain.rent import token_account_rent
from streams.chain.snapshot import Snapshot
from streams.platforms.raydium_launchlab.accounts import (
    FUNDING,
    MIGRATING,
    PROGRAM,
    Global,
    Platform,
    Pool,
    fee_vault,
    global_of,
    platform_of,
    pool_address,
    pool_of,
)
from streams.platforms.raydium_launchlab.events import charged
from streams.platforms.raydium_launchlab.instructions import buy_exact_in
from streams.platforms.raydium_launchlab.pricing import Bought, buy
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target

_DONE: Final = Explained(
    Code.NO_ROUTE, "Platform unavailable: the curve is complete", moved_on=True
)
_ERRORS: Final = {
    6004: Explained(Code.SLIPPAGE_EXCEEDED, "Slippage exceeded: the price moved too far"),
    6000: _DONE,
    6006: _DONE,
    6017: Explained(Code.TOKEN_RESTRICTED, "Token refused: Raydium does not take its extensions"),
}
_GONE: Final = Refused(Code.NO_ROUTE, "Platform unavailable: the curve cannot be read")


class RaydiumLaunchLab:
    """The curve of a mint against wrapped SOL, at its derived address."""

    name: Final = RAYDIUM_LAUNCHLAB
    programs: Final = frozenset({str(PROGRAM)})

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive the one curve that there can be."""
        return (pool_address(target.mint),)

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the curve."""
        address = pool_address(target.mint)
        pool = pool_of(seen.owned(address, str(PROGRAM)))
        if pool is None:
            return ()
        standing, reason = _standing(pool)
        found = Candidate(
            venue=self.name,
            pool=address,
            standing=standing,
            depth_lamports=pool.raised,
            is_launch=True,
            reason=reason,
        )
        return (found,)

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:
        """Price by the curve's own maths, after a look at the configs that it names.

        NB: the first buy of a creator's, or of a launchpad's, opens where its fees are collected.
        """
        pool = pool_of(seen.owned(chosen.pool, str(PROGRAM)))
        if pool is None:
            raise _GONE
        vaults = (fee_vault(pool.platform_config), fee_vault(pool.creator))
        more = await read([pool.global_config, pool.platform_config, *vaults])
        protocol = global_of(more.owned(pool.global_config, str(PROGRAM)))
        platform = platform_of(more.owned(pool.platform_config, str(PROGRAM)))
        bought = _priced(pool, protocol, platform, order.lamports)

        def instructions(minimum_out: int) -> tuple[Instruction, ...]:
            return (buy_exact_in(order.wallet, chosen.pool, pool, bought.lamports, minimum_out),)

        return Plan(
            swap=instructions,
            expected_out=bought.out,
            lamports_in=bought.lamports if bought.lamports != order.lamports else None,
            wrap_lamports=bought.lamports,
            rent_lamports=sum(token_account_rent(more.accounts[key]) for key in vaults),
            venue_bps=bought.venue_bps,
            price_impact_bps=bought.impact_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        """Translate the program's own errors."""
        return _ERRORS.get(custom)

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:  # noqa: ARG002 - the event is the program's
        """Add up what the program's events tell.

        NB: the program writes an event into its log; its IDL allows it to call itself with one too.
        """
        called = list(emitted(transaction, str(PROGRAM)))
        return charged(called or logged_data(transaction, str(PROGRAM)))


def _standing(pool: Pool) -> tuple[Standing, str]:
    if pool.status == FUNDING:
        return Standing.OPEN, f"on its LaunchLab curve, which holds {sol_text(pool.raised)} SOL"
    if pool.status == MIGRATING:
        return Standing.MIGRATING, "its LaunchLab curve is complete, and its pool not there yet"
    return Standing.CLOSED, "it has left its LaunchLab curve"


def _priced(
    pool: Pool, protocol: Global | None, platform: Platform | None, lamports: int
) -> Bought:
    if protocol is None or platform is None:
        raise _GONE
    fee = protocol.trade_fee + platform.fee + platform.creator_fee
    bought = buy(pool, protocol.curve_type, fee, lamports)
    if bought is None:
        raise Refused(Code.NO_ROUTE, "Platform unavailable: the curve is of an unknown type")
    if not bought.out:
        raise Refused(Code.NO_ROUTE, "Platform unavailable: the amount is too small")
    return bought
