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


async def test_only_what_was_agreed_passes(bench: Bench, market: Market, mint: str) -> None:
    bench.wrap(SOL)
    order = bench.order(mint)
    plan = await bench.plan(order, market.venue)
    seen = await read_snapshot(bench.nodes, wallet_addresses(order.wallet, mint))
    program = token_terms(seen, mint).program
    fair = await bench.router.offer(order)
    purse = purse_of(order, plan, seen, program)
    budget = Budget(MAX_UNITS, order.priority_fee_lamports)
    answer = await bench.nodes.read("getLatestBlockhash", {"commitment": "confirmed"})
    blockhash = str(answer["value"]["blockhash"])
    swap = plan.swap(fair.figures.minimum_out)

    def beside(*more: Instruction) -> Offer:
        made = assemble(purse, [*swap, *more], budget, blockhash)
        return replace(fair, transaction=to_base64(made))

    await bench.guard(order, beside())
    bought = associated_token_account(order.wallet, mint, program)
    for theft, (instruction, reason) in thefts(bench, bought, program).items():
        with pytest.raises(Refused, match=reason) as caught:
            await bench.guard(order, beside(instruction))
        assert (theft, Code.TRANSACTION_UNSAFE) == (theft, caught.value.code)
