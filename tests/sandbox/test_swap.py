"""The local Jupiter sells tokens in one atomic transaction that the buyer only has to sign."""

import base64
from typing import Any, get_args

import pytest
from aiohttp import ClientSession
from solana.rpc.async_api import AsyncClient
from solana.rpc.models import TokenAccountOpts
from solders.account import Account
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.jupiter.swap import Hostile
from sandbox.solana.node import LocalNode
from tests.sandbox.orders import AMOUNT, held, order
from tests.sandbox.transactions import SOL, encoded, rpc, sign_own_slot

BOTH = pytest.mark.parametrize("which", [0, 1], ids=["spl-token", "token-2022"])


@BOTH
async def test_a_swap_moves_exactly_what_was_quoted(
    client: AsyncClient, http: ClientSession, jupiter: LocalJupiter, payer: Keypair, which: int
) -> None:
    """To the lamport: amount, two signatures, the priority fee, the account's rent."""
    chain = jupiter.chain
    token, maker = jupiter.market.tokens[which], jupiter.market.maker.pubkey()
    had, stock = chain.bank("confirmed").lamports(maker), held(chain, token, maker)
    status, body = await order(
        http, jupiter, token, taker=str(payer.pubkey()), priorityFeeLamports="12345"
    )
    assert status == 200
    signed = sign_own_slot(body["transaction"], payer)
    sent = await client.send_raw_transaction(bytes(signed))
    chain.advance(2)
    record = chain.history.get(str(sent.value))
    assert record is not None
    assert record.outcome.err is None
    assert record.outcome.fee == 10_000 + 12_345
    rent = (await client.get_minimum_balance_for_rent_exemption(170 if which else 165)).value
    assert body["rentFeeLamports"] == rent
    left = (await client.get_balance(payer.pubkey())).value
    assert SOL - AMOUNT - 22_345 - rent == left
    assert had + AMOUNT == (await client.get_balance(maker)).value
    assert int(body["outAmount"]) == held(chain, token, payer.pubkey())
    assert stock - int(body["outAmount"]) == held(chain, token, maker)


@BOTH
async def test_token_reads_agree_with_a_swap(
    client: AsyncClient, http: ClientSession, jupiter: LocalJupiter, payer: Keypair, which: int
) -> None:
    chain, token = jupiter.chain, jupiter.market.tokens[which]
    _, body = await order(http, jupiter, token, taker=str(payer.pubkey()))
    await client.send_raw_transaction(bytes(sign_own_slot(body["transaction"], payer)))
    chain.advance(2)
    wallet = payer.pubkey()
    by_mint = await client.get_token_accounts_by_owner(wallet, TokenAccountOpts(mint=token.mint))
    by_program = await client.get_token_accounts_by_owner_json_parsed(
        wallet, TokenAccountOpts(program_id=token.program)
    )
    balance = (await client.get_token_account_balance(token.account_of(wallet))).value
    supply = (await client.get_token_supply(token.mint)).value
    assert [token.account_of(wallet)] == [item.pubkey for item in by_mint.value]
    parsed: Any = by_program.value[0].account.data.parsed
    assert body["outAmount"] == balance.amount == parsed["info"]["tokenAmount"]["amount"]
    assert (str(token.spec.supply), token.decimals) == (supply.amount, supply.decimals)


async def test_execute_lands_an_order(
    node: LocalNode, http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    """Asked twice it lands once and answers the same."""
    token = jupiter.market.tokens[1]
    _, body = await order(http, jupiter, token, taker=str(payer.pubkey()))
    signed = base64.b64encode(bytes(sign_own_slot(body["transaction"], payer))).decode()
    wanted = {"signedTransaction": signed, "requestId": body["requestId"]}

    async def execute() -> Any:
        async with http.post(f"{jupiter.url}/execute", json=wanted) as response:
            return await response.json()

    node.paused = False
    done = await execute()
    assert (done["status"], done["code"]) == ("Success", 0)
    assert body["outAmount"] == done["totalOutputAmount"]
    assert done == await execute()
    assert int(body["outAmount"]) == held(node.chain, token, payer.pubkey())


async def test_execute_refuses_what_was_not_ordered(
    http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    """-1 unknown order, -2 no transaction, -3 another message, -1003 not signed by all."""
    token = jupiter.market.tokens[0]
    _, one = await order(http, jupiter, token, taker=str(payer.pubkey()))
    _, two = await order(http, jupiter, token, taker=str(payer.pubkey()), slippageBps="0")
    _, two = await order(http, jupiter, token, taker=str(payer.pubkey()), amount="1000000")
    tries = [
        ("?", one["transaction"]),
        (one["requestId"], "AAAA"),
        (one["requestId"], two["transaction"]),
        (one["requestId"], one["transaction"]),
    ]
    codes = []
    for request_id, signed in tries:
        wanted = {"signedTransaction": signed, "requestId": request_id}
        async with http.post(f"{jupiter.url}/execute", json=wanted) as response:
            codes.append((await response.json())["code"])
    assert codes == [-1, -2, -3, -1003]


async def test_the_usual_one_liner_drops_the_maker(
    client: AsyncClient, http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    """A client that signs by populating one signature is refused, not half believed."""
    _, body = await order(http, jupiter, jupiter.market.tokens[0], taker=str(payer.pubkey()))
    half = sign_own_slot(body["transaction"], payer)
    unsigned = VersionedTransaction.from_bytes(base64.b64decode(body["transaction"]))
    dropped = VersionedTransaction.populate(half.message, [half.signatures[0]])
    with pytest.raises(Exception, match="invalid transaction"):
        await client.send_raw_transaction(bytes(dropped))
    with pytest.raises(Exception, match="signature verification"):
        await client.send_raw_transaction(bytes(unsigned))


@BOTH
@pytest.mark.parametrize("kind", [kind for kind in get_args(Hostile) if kind != "unsigned"])
async def test_hostile_orders_would_land(
    http: ClientSession, jupiter: LocalJupiter, payer: Keypair, kind: Hostile, which: int
) -> None:
    """They are real attacks: only the buyer's own checks stand against them."""
    chain = jupiter.chain
    chain.airdrop(payer.pubkey(), 10 * SOL)
    chain.advance(2)
    jupiter.hostile = kind
    _, body = await order(http, jupiter, jupiter.market.tokens[which], taker=str(payer.pubkey()))
    signature = chain.submit(sign_own_slot(body["transaction"], payer))
    chain.advance(2)
    record = chain.history.get(signature)
    assert record is not None
    assert record.outcome.err is None


async def test_a_half_signed_swap_never_lands(
    node: LocalNode, http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    """Neither without the buyer nor without the maker, whichever way it is sent."""
    token = jupiter.market.tokens[0]
    _, body = await order(http, jupiter, token, taker=str(payer.pubkey()))
    jupiter.hostile = "unsigned"
    _, other = await order(http, jupiter, token, taker=str(payer.pubkey()))
    without_buyer = VersionedTransaction.from_bytes(base64.b64decode(body["transaction"]))
    without_maker = sign_own_slot(other["transaction"], payer)
    blind = {"encoding": "base64", "skipPreflight": True}
    too_few = VersionedTransaction.populate(without_maker.message, without_maker.signatures[:1])
    for tx in (without_buyer, without_maker, too_few):
        node.chain.submit(tx)
        await rpc(http, node.url, "sendTransaction", encoded(tx), blind)
    count = len(node.chain.history)
    node.advance(3)
    assert len(node.chain.history) == count
    assert node.chain.bank("confirmed").lamports(payer.pubkey()) == SOL


async def test_a_swap_is_all_or_nothing(
    node: LocalNode, http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    """With the maker's tokens gone the buyer loses the fee and no more."""
    token = jupiter.market.tokens[1]
    _, body = await order(http, jupiter, token, taker=str(payer.pubkey()))
    stock = token.account_of(jupiter.market.maker.pubkey())
    account = node.chain.accounts.now(stock)
    assert account is not None
    empty = account.data[:64] + bytes(8) + account.data[72:]
    node.chain.put_account(stock, Account(account.lamports, empty, account.owner))
    signature = node.chain.submit(sign_own_slot(body["transaction"], payer))
    node.advance(2)
    record = node.chain.history.get(signature)
    assert record is not None
    assert record.outcome.err is not None
    left = node.chain.bank("confirmed").lamports(payer.pubkey())
    assert left == SOL - record.outcome.fee
