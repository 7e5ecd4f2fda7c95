"""Phase 2: the wallet, its balance, the token and the key, before anything is asked of a venue."""

import asyncio

from buyqueue.amounts import sol_text
from buyqueue.buy.decide import advance
from buyqueue.buy.state import Order, Unsigned
from buyqueue.errors import Code, Refused
from buyqueue.events.codec import Event
from buyqueue.mints import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, mint_decimals
from streams.chain.accounts import Account, associated_token_account, token_account_of
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.rent import TOKEN_ACCOUNT_RENT
from streams.steps.parts import Parts


async def prepare(parts: Parts, state: Unsigned) -> Event:
    """Check what can be checked without a venue, and enter phase 3.

    Raises Refused(INVALID_TOKEN_ADDRESS, INSUFFICIENT_BALANCE or KEY_UNAVAILABLE), or
    Retryable if a node or the vault does not answer.
    """
    order = state.course.order
    keys = [
        order.wallet,
        order.mint,
        associated_token_account(order.wallet, order.mint, TOKEN_PROGRAM),
        associated_token_account(order.wallet, order.mint, TOKEN_2022_PROGRAM),
    ]
    seen, _ = await asyncio.gather(parts.nodes.accounts(keys), parts.signer.check(order))
    wallet, mint, *token_accounts = seen.accounts
    judge(order, wallet, mint, any(map(token_account_of, token_accounts)))
    return advance(parts.stamp(order), 3)


def judge(
    order: Order,
    wallet: Account | None,
    mint: Account | None,
    has_token_account: bool,  # noqa: FBT001
) -> None:
    """Return if the buy can be tried; raises Refused if not. Pure."""
    if mint is None or mint_decimals(mint.owner, mint.data) is None:
        raise Refused(
            Code.INVALID_TOKEN_ADDRESS, f"Invalid token address: {order.mint} is no token mint"
        )
    rent = 0 if has_token_account else TOKEN_ACCOUNT_RENT
    needed = order.lamports + order.priority_fee_lamports + LAMPORTS_PER_SIGNATURE + rent
    held = wallet.lamports if wallet else 0
    if held < needed:
        raise Refused(
            Code.INSUFFICIENT_BALANCE,
            f"Insufficient balance: the wallet holds {sol_text(held)} SOL, and "
            f"{sol_text(needed)} are needed for amount, fees and rent",
        )
