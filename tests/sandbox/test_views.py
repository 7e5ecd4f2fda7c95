"""Nodes that disagree, forks, and a chain that dies."""

from typing import Any, NoReturn

import pytest
from aiohttp import ClientSession
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sandbox.solana.ledger.blocks import Block
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.node import LocalNode
from tests.sandbox.transactions import SOL, encoded, pay, rpc

PROCESSED = {"commitment": "processed"}


async def test_a_lagging_node_sees_the_past(node: LocalNode, http: ClientSession) -> None:
    """Slots, balances and statuses are those of so many slots ago."""
    behind = await node.add_view(lag_slots=5)
    wallet = Pubkey.new_unique()
    signature = await node.fund(wallet, SOL)

    async def seen() -> list[Any]:
        statuses = await rpc(http, behind.url, "getSignatureStatuses", [signature])
        balance = await rpc(http, behind.url, "getBalance", str(wallet), PROCESSED)
        slot = await rpc(http, behind.url, "getSlot", PROCESSED)
        found = statuses["result"]["value"][0]
        return [bool(found), balance["result"]["value"], slot["result"] - node.chain.slot]

    assert await seen() == [False, 0, -5]
    node.advance(4)
    assert await seen() == [True, SOL, -5]


async def test_a_lagging_node_does_not_know_a_fresh_blockhash(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    behind = await node.add_view(lag_slots=5)
    node.advance(10)
    tx = pay(payer, Pubkey.new_unique(), SOL // 10, node.chain.tip.blockhash)
    config = {"encoding": "base64", "preflightCommitment": "processed"}
    refused = await rpc(http, behind.url, "sendTransaction", encoded(tx), config)
    accepted = await rpc(http, node.url, "sendTransaction", encoded(tx), config)
    assert refused["error"]["data"]["err"] == "BlockhashNotFound"
    assert str(tx.signatures[0]) == accepted["result"]


async def test_min_context_slot(node: LocalNode, http: ClientSession) -> None:
    config = {"commitment": "processed", "minContextSlot": node.chain.slot + 1}
    refused = await rpc(http, node.url, "getSlot", config)
    node.advance(1)
    assert refused["error"]["code"] == -32016
    assert node.chain.slot == (await rpc(http, node.url, "getSlot", config))["result"]


async def test_a_fork_takes_back_what_had_landed(node: LocalNode, payer: Keypair) -> None:
    """What was processed is gone, or lands again in another block."""
    chain, to = node.chain, Pubkey.new_unique()
    signature = chain.submit(pay(payer, to, SOL // 10, chain.bank("confirmed").block.blockhash))
    node.advance(3)
    first = chain.history.get(signature)
    height = chain.tip.height
    chain.roll_back(4)
    gone = (chain.history.get(signature), chain.bank("processed").lamports(to))
    node.advance(4)
    second = chain.history.get(signature)
    assert first is not None
    assert second is not None
    assert gone == (None, 0)
    assert first.slot < second.slot
    assert height == chain.tip.height
    assert chain.bank("processed").lamports(to) == SOL // 10


async def test_a_fork_kills_its_own_blockhashes(node: LocalNode, payer: Keypair) -> None:
    chain, to = node.chain, Pubkey.new_unique()
    node.advance(2)
    signature = chain.submit(pay(payer, to, SOL // 10, chain.tip.blockhash))
    chain.roll_back(1)
    node.advance(5)
    assert chain.history.get(signature) is None
    assert len(chain.pending) == 0


def test_finalized_blocks_stay() -> None:
    with pytest.raises(ValueError, match="not finalized"):
        Chain().roll_back(31)


async def test_cheap_transactions_wait_below_the_floor(node: LocalNode, payer: Keypair) -> None:
    """The dearest go first, and what is too cheap waits."""
    chain, blockhash = node.chain, node.chain.bank("confirmed").block.blockhash
    chain.knobs.price_floor, chain.knobs.max_per_block = 100, 1
    sent = [
        chain.submit(pay(payer, Pubkey.new_unique(), SOL // 10, blockhash, price=price))
        for price in (99, 100, 200)
    ]
    node.advance(3)
    slots = [record.slot if record else 0 for record in map(chain.history.get, sent)]
    assert [0, node.chain.slot - 1, node.chain.slot - 2] == slots
    assert len(chain.pending) == 1


async def test_a_dead_chain_says_so(http: ClientSession) -> None:
    """A ticker that throws ends the node loudly, not silently."""

    def fail(_block: Block) -> NoReturn:
        raise ArithmeticError("bad block")

    node = LocalNode(slot_ms=5)
    await node.start()
    node.chain.on_block.append(fail)
    with pytest.raises(ArithmeticError):
        await node.run()
    async with http.post(node.url, json={}) as response:
        assert response.status == 500
        assert "bad block" in await response.text()
    with pytest.raises(ArithmeticError):
        await node.stop()


async def test_unknown_methods_and_batches(node: LocalNode, http: ClientSession) -> None:
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": method}
        for number, method in enumerate(["getHealth", "getProgramAccounts", "getVersion"])
    ]
    async with http.post(node.url, json=calls) as response:
        answers = await response.json()
    async with http.post(node.url, data=b"{") as response:
        garbage = await response.json()
    async with http.get(f"{node.url}/health") as response:
        assert await response.text() == "ok"
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    assert answers[0]["result"] == "ok"
    assert answers[1]["error"]["code"] == -32601
    assert garbage["error"]["code"] == -32700
