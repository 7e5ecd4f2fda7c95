"""A theft beside a real venue's own swap is refused, and the swap alone is not."""

from dataclasses import replace
from typing import Final

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from buyqueue.errors import Code, Refused
from buyqueue.mints import TOKEN_PROGRAM
from streams.chain.accounts import associated_token_account
from streams.chain.assembly import MAX_UNITS, Budget, assemble, to_base64
from streams.chain.instructions import transfer
from streams.chain.snapshot import read_snapshot
from streams.chain.tips import Tip
from streams.platforms.desk import purse_of, wallet_addresses
from streams.platforms.platform import Offer
from streams.platforms.token_terms import token_terms
from tests.venues.bench import Bench
from tests.venues.ground import SOL
from tests.venues.market import Market

THIEF: Final = Pubkey.new_unique()
TOKEN: Final = Pubkey.from_string(TOKEN_PROGRAM)


def owned(bench: Bench, account: str, program: str, data: bytes) -> Instruction:
    """Call a token program for an account of the wallet, with the thief as the other side."""
    metas = [
        AccountMeta(Pubkey.from_string(account), is_signer=False, is_writable=True),
        AccountMeta(bench.buyer.pubkey(), is_signer=True, is_writable=False),
    ]
    return Instruction(Pubkey.from_string(program), data, metas)


def thefts(bench: Bench, bought: str, program: str) -> dict[str, tuple[Instruction, str]]:
    approved = [
        AccountMeta(Pubkey.from_string(bench.wrapped), is_signer=False, is_writable=True),
        AccountMeta(THIEF, is_signer=False, is_writable=False),
        AccountMeta(bench.buyer.pubkey(), is_signer=True, is_writable=False),
    ]
    closed = [
        AccountMeta(Pubkey.from_string(bench.wrapped), is_signer=False, is_writable=True),
        AccountMeta(THIEF, is_signer=False, is_writable=True),
        AccountMeta(bench.buyer.pubkey(), is_signer=True, is_writable=False),
    ]
    closer = owned(bench, bought, program, b"\x06\x03\x01" + bytes(THIEF))
    return {
        "SOL": (transfer(bench.wallet, str(THIEF), 5_000_000), "would leave the wallet"),
        "wrapped SOL": (Instruction(TOKEN, b"\x09", closed), "would leave the wallet"),
        "a delegate": (
            Instruction(TOKEN, b"\x04" + (9).to_bytes(8, "little"), approved),
            "get power over",
        ),
        "a closer": (closer, "somebody else's control"),
    }


@pytest.mark.parametrize("theft", [None, "SOL", "wrapped SOL", "a delegate", "a closer"])
async def test_only_what_was_agreed_passes(
    bench: Bench, market: Market, mint: str, theft: str | None
) -> None:
    bench.wrap(SOL)
    order = bench.order(mint)
    plan = await bench.plan(order, market.venue)
    seen = await read_snapshot(bench.nodes, wallet_addresses(order.wallet, mint))
    program = token_terms(seen, mint).program
    fair = await bench.router.offer(order)
    bought = associated_token_account(order.wallet, mint, program)
    more, reason = thefts(bench, bought, program)[theft] if theft else (None, "")
    swap = [*plan.swap(fair.figures.minimum_out), *([more] if more else [])]
    answer = await bench.nodes.read("getLatestBlockhash", {"commitment": "confirmed"})
    purse = purse_of(order, plan, seen, program, Tip())
    budget = Budget(MAX_UNITS, order.priority_fee_lamports)
    made = assemble(purse, swap, budget, str(answer["value"]["blockhash"]))
    offer: Offer = replace(fair, transaction=to_base64(made))
    if theft is None:
        await bench.guard(order, offer)
        return
    with pytest.raises(Refused, match=reason) as caught:
        await bench.guard(order, offer)
    assert Code.TRANSACTION_UNSAFE == caught.value.code
