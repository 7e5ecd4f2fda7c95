"""The less travelled methods and options, by solana-py where it has them, else raw."""

import base64
from typing import Any

from aiohttp import ClientSession
from solana.rpc.async_api import AsyncClient
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from spl.token.constants import WRAPPED_SOL_MINT

from buyqueue import base58
from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.solana.node import LocalNode
from tests.sandbox.transactions import SOL, encoded, pay, rpc

BASE64 = {"encoding": "base64", "commitment": "confirmed"}


def payment(node: LocalNode, payer: Keypair, to: Pubkey) -> VersionedTransaction:
    return pay(payer, to, SOL // 2, node.chain.bank("confirmed").block.blockhash)


async def test_the_chain_tells_about_itself(node: LocalNode, client: AsyncClient) -> None:
    tip = node.chain.bank("confirmed").block
    assert await client.is_connected()
    assert (await client.get_version()).value.solana_core
    assert (await client.get_genesis_hash()).value
    assert (await client.get_identity()).value.identity
    assert (await client.get_slot()).value == tip.slot
    assert (await client.get_block_height()).value == tip.height
    assert (await client.get_block_time(tip.slot)).value == tip.unix_time
    assert (await client.get_first_available_block()).value < tip.slot
    assert (await client.get_transaction_count()).value == len(node.chain.history)
    assert (await client.get_minimum_balance_for_rent_exemption(0)).value == 890_880


async def test_blockhashes_count_until_they_expire(node: LocalNode, http: ClientSession) -> None:
    latest = await rpc(http, node.url, "getLatestBlockhash", {"commitment": "processed"})
    blockhash = latest["result"]["value"]["blockhash"]
    seen = []
    for slots in (0, 150, 1):
        node.advance(slots)
        asked = await rpc(
            http, node.url, "isBlockhashValid", blockhash, {"commitment": "processed"}
        )
        seen.append(asked["result"]["value"])
    assert seen == [True, True, False]


async def test_accounts_come_in_each_encoding(
    client: AsyncClient, jupiter: LocalJupiter, http: ClientSession, node: LocalNode
) -> None:
    """A missing account is null; rentEpoch is what a real node says."""
    token = jupiter.market.tokens[0]
    maker = token.account_of(jupiter.market.maker.pubkey())
    keys = [WRAPPED_SOL_MINT, Pubkey.new_unique(), maker]
    several = (await client.get_multiple_accounts(keys)).value
    parsed: Any = (await client.get_account_info_json_parsed(maker)).value
    sliced = {"encoding": "base58", "dataSlice": {"offset": 0, "length": 32}}
    cut = await rpc(http, node.url, "getAccountInfo", str(maker), sliced)
    refused = await rpc(http, node.url, "getAccountInfo", str(maker), {"encoding": "base58"})
    assert [account is None for account in several] == [False, True, False]
    assert parsed.data.parsed["info"]["mint"] == str(token.mint)
    assert parsed.rent_epoch == 2**64 - 1
    assert cut["result"]["value"]["data"] == [str(token.mint), "base58"]
    assert refused["error"]["code"] == -32602


async def test_simulation_shows_accounts_afterwards(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    to = Pubkey.new_unique()
    asked = {"encoding": "base64", "addresses": [str(to), str(payer.pubkey())]}
    tx = payment(node, payer, to)
    answer = await rpc(
        http, node.url, "simulateTransaction", encoded(tx), BASE64 | {"accounts": asked}
    )
    value = answer["result"]["value"]
    left = SOL // 2 - 5_000
    assert [account["lamports"] for account in value["accounts"]] == [SOL // 2, left]
    assert (value["err"], value["unitsConsumed"]) == (None, 450)


async def test_simulation_replaces_a_stale_blockhash(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    """Also for a transaction that nobody has signed."""
    tx = payment(node, payer, Pubkey.new_unique())
    node.advance(200)
    replace = BASE64 | {"replaceRecentBlockhash": True}
    stale = await rpc(http, node.url, "simulateTransaction", encoded(tx), BASE64)
    fresh = await rpc(http, node.url, "simulateTransaction", encoded(tx), replace)
    both = await rpc(
        http, node.url, "simulateTransaction", encoded(tx), replace | {"sigVerify": True}
    )
    assert stale["result"]["value"]["err"] == "BlockhashNotFound"
    assert fresh["result"]["value"]["err"] is None
    assert fresh["result"]["value"]["replacementBlockhash"]["blockhash"]
    assert both["error"]["code"] == -32602


async def test_transactions_come_in_each_encoding(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    to = Pubkey.new_unique()
    tx = payment(node, payer, to)
    sent = await rpc(
        http,
        node.url,
        "sendTransaction",
        base58.encode(bytes(tx)),
        {"preflightCommitment": "confirmed"},
    )
    node.advance(2)
    shapes: dict[str, Any] = {}
    for encoding in ("json", "jsonParsed", "base64", "base58"):
        config = {
            "encoding": encoding,
            "commitment": "confirmed",
            "maxSupportedTransactionVersion": 0,
        }
        answer = await rpc(http, node.url, "getTransaction", sent["result"], config)
        shapes[encoding] = answer["result"]["transaction"]
    early = await rpc(http, node.url, "getTransaction", sent["result"], {"commitment": "processed"})
    legacy = await rpc(
        http, node.url, "getTransaction", sent["result"], {"commitment": "confirmed"}
    )
    assert base64.b64decode(shapes["base64"][0]) == base58.decode(shapes["base58"][0]) == bytes(tx)
    assert shapes["json"]["message"]["accountKeys"][1] == str(to)
    keys = shapes["jsonParsed"]["message"]["accountKeys"]
    flags = [(key["signer"], key["writable"]) for key in keys[:3]]
    assert flags == [(True, True), (False, True), (False, False)]
    assert (early["error"]["code"], legacy["error"]["code"]) == (-32602, -32015)


async def test_prices_that_landed_are_told(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    """Per block the least of each account, and of these the dearest."""
    blockhash = node.chain.bank("confirmed").block.blockhash
    for price in (700, 300):
        node.chain.submit(pay(payer, Pubkey.new_unique(), SOL // 10, blockhash, price=price))
    node.advance(1)
    fees = (await client.get_recent_prioritization_fees([payer.pubkey()])).value
    others = (await client.get_recent_prioritization_fees([Pubkey.new_unique()])).value
    dearer = Pubkey.new_unique()
    node.chain.submit(pay(payer, dearer, SOL // 10, node.chain.tip.blockhash, price=900))
    node.chain.submit(pay(payer, Pubkey.new_unique(), SOL // 10, node.chain.tip.blockhash, price=5))
    node.advance(1)
    both = (await client.get_recent_prioritization_fees([payer.pubkey(), dearer])).value
    assert (fees[-1].slot, fees[-1].prioritization_fee) == (node.chain.slot - 1, 300)
    assert {fee.prioritization_fee for fee in others} == {0}
    assert both[-1].prioritization_fee == 900


async def test_bad_parameters_get_32602(node: LocalNode, http: ClientSession) -> None:
    calls: list[tuple[str, *tuple[Any, ...]]] = [
        ("getBalance", "nobody"),
        ("getBalance", 7),
        ("getSlot", {"commitment": "soon"}),
        ("getSignatureStatuses", ["x"]),
        ("getMultipleAccounts", [str(WRAPPED_SOL_MINT)] * 101),
        ("sendTransaction", "!", {"encoding": "base64"}),
        ("sendTransaction", "AAAA", {"encoding": "base64"}),
        ("getTokenSupply", str(Pubkey.new_unique())),
        ("getTokenAccountsByOwner", str(Pubkey.new_unique()), {}),
    ]
    codes = [(await rpc(http, node.url, *call))["error"]["code"] for call in calls]
    assert codes == [-32602] * len(calls)
