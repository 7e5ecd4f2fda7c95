"""Building the transaction of a chosen venue."""

from dataclasses import dataclass
from typing import Final

from buyqueue.amounts import sol_text
from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused, Retryable
from buyqueue.mints import TOKEN_PROGRAM, TOKEN_PROGRAMS
from streams.chain.accounts import (
    WRAPPED_SOL,
    TokenAccount,
    associated_token_account,
    lamports_of,
    token_account_of,
)
from streams.chain.assembly import Purse, assemble
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.likeness import data_limit_of
from streams.chain.nodes import Nodes
from streams.chain.rent import TOKEN_ACCOUNT_RENT, token_account_rent
from streams.chain.simulation import Simulated
from streams.chain.sizing import TRIAL, budget_of, fitting, latest_blockhash, tried_out
from streams.chain.snapshot import Snapshot
from streams.chain.tips import NO_TIP, Tip
from streams.chain.transactions import Unsigned
from streams.platforms.pricing import minimum_out
from streams.platforms.venue import Plan

NOTHING: Final = "Invalid amount: it buys nothing here"


@dataclass(frozen=True, slots=True)
class Built:
    """A transaction that has been tried out once."""

    transaction: str
    last_valid_block_height: int
    expected_out: int
    minimum_out: int
    units: int
    priority_lamports: int
    rent_lamports: int
    """What the wallet pays for accounts that this opens, its token account among them."""


class Desk:
    """Builds, tries out and sizes."""

    def __init__(self, nodes: Nodes, tip: Tip = NO_TIP) -> None:
        self._nodes = nodes
        self._tip = tip

    async def build(self, order: Order, plan: Plan, seen: Snapshot, program: str) -> Built:
        """Answer the order's transaction by this plan; `program` is the mint's token program.

        Raises Failing if it would fail, Refused(INSUFFICIENT_BALANCE) if the wallet cannot pay,
        Retryable if nodes do not answer.
        """
        account = associated_token_account(order.wallet, order.mint, program)
        purse = purse_of(order, plan, seen, program, self._tip)
        held = token_account_of(seen.accounts[account])
        rent = plan.rent_lamports + token_account_rent(seen.accounts[account])
        require_balance(order, seen, rent, purse)
        blockhash, last_valid = await latest_blockhash(self._nodes)
        least = 0 if plan.expected_out is None else minimum_out(
            plan.expected_out, order.slippage_bps
        )  # fmt: skip
        trial = Unsigned(assemble(purse, plan.swap(least), TRIAL, blockhash))
        tried = await tried_out(self._nodes, trial, [account])
        expected = plan.expected_out
        if expected is None:
            expected = _received(held, tried, account)
            least = minimum_out(expected, order.slippage_bps)
        if expected <= 0:
            raise Refused(Code.INVALID_AMOUNT, NOTHING)
        budget = await budget_of(self._nodes, order, trial, tried)
        final = fitting(assemble(purse, plan.swap(least), budget, blockhash))
        opened = lamports_of(tried.accounts[account]) - lamports_of(seen.accounts[account])
        rent = plan.rent_lamports + (0 if held else max(0, opened))
        return Built(final, last_valid, expected, least, budget.units, budget.cost, rent)


def wallet_addresses(wallet: str, mint: str) -> tuple[str, ...]:
    """Answer what `build` wants to see of a wallet, of both token programs' accounts too."""
    from_programs = (associated_token_account(wallet, mint, one) for one in TOKEN_PROGRAMS)
    wrapped = associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM)
    return (wallet, mint, wrapped, *from_programs)


def purse_of(order: Order, plan: Plan, seen: Snapshot, program: str, tip: Tip = NO_TIP) -> Purse:
    """Say which accounts the wallet needs for a plan.

    NB: anybody can send lamports to the address of an account that is not open, which opens none.
    """
    wrapped = associated_token_account(order.wallet, WRAPPED_SOL, TOKEN_PROGRAM)
    return Purse(
        wallet=order.wallet,
        mint=order.mint,
        token_program=program,
        wrap_lamports=plan.wrap_lamports,
        keeps_wrapped=token_account_of(seen.accounts[wrapped]) is not None,
        tip_account=tip.account_for(order.job_id),
        tip_lamports=tip.lamports,
        data_limit=data_limit_of(order.job_id),
    )


def require_balance(order: Order, seen: Snapshot, rent: int, purse: Purse) -> None:
    """Return if the wallet can pay; raises Refused(INSUFFICIENT_BALANCE)."""
    wallet = seen.accounts[order.wallet]
    lent = TOKEN_ACCOUNT_RENT if purse.wrap_lamports and not purse.keeps_wrapped else 0
    needed = (
        order.lamports + order.priority_fee_lamports + LAMPORTS_PER_SIGNATURE
        + rent + lent + purse.tip_lamports
    )  # fmt: skip
    held = lamports_of(wallet)
    if held < needed:
        raise Refused(
            Code.INSUFFICIENT_BALANCE,
            f"Insufficient balance: the wallet holds {sol_text(held)} SOL, and "
            f"{sol_text(needed)} are needed for amount, fees and rent",
        )


def _received(before: TokenAccount | None, tried: Simulated, account: str) -> int:
    after = token_account_of(tried.accounts[account])
    if after is None:
        raise Retryable(Code.RPC_UNAVAILABLE, "the node did not show the simulated account")
    return after.amount - (before.amount if before else 0)
