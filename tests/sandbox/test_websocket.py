"""Pubsub as solana-py's websocket client reads it."""

from typing import Any

from aiohttp import ClientSession
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed, Processed
from solana.rpc.websocket_api import SolanaWsClient
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.rpc.responses import AccountNotification, SignatureNotification, SlotNotification
from solders.signature import Signature

from sandbox.solana.node import LocalNode
from tests.sandbox.transactions import SOL, pay


async def test_a_signature_is_told_once_when_confirmed(
    node: LocalNode, client: AsyncClient, payer: Keypair
) -> None:
    """Not when it is processed, and not again later."""
    blockhash = (await client.get_latest_blockhash()).value.blockhash
    tx = pay(payer, Pubkey.new_unique(), SOL // 2, blockhash)
    async with SolanaWsClient(node.ws_url) as ws:
        await ws.signature_subscribe(signature=tx.signatures[0], commitment=Confirmed)
        slots = await ws.slot_subscribe()
        node.chain.submit(tx)
        node.advance(3)
        news = [await ws.recv() for _ in range(4)]
        await ws.unsubscribe(slots)
        node.advance(3)
    told = [isinstance(item, SignatureNotification) for item in news]
    slots_seen = [item.result.slot for item in news if isinstance(item, SlotNotification)]
    assert told.count(True) == 1
    assert not told[0]
    assert slots_seen == [node.chain.slot - 5, node.chain.slot - 4, node.chain.slot - 3]


async def test_a_failed_signature_is_told_with_its_error(
    node: LocalNode, http: ClientSession, payer: Keypair
) -> None:
    """NB: read raw, since solders 0.29 cannot read `{"Custom": n}` in a notification."""
    blockhash = node.chain.bank("confirmed").block.blockhash
    tx = pay(payer, Pubkey.new_unique(), 5 * SOL, blockhash)
    params = [str(tx.signatures[0]), {"commitment": "confirmed"}]
    call = {"jsonrpc": "2.0", "id": 1, "method": "signatureSubscribe", "params": params}
    async with http.ws_connect(node.ws_url) as ws:
        await ws.send_json(call)
        subscription = (await ws.receive_json())["result"]
        node.chain.submit(tx)
        node.advance(2)
        news = (await ws.receive_json())["params"]
    assert news["subscription"] == subscription
    assert news["result"]["value"] == {"err": {"InstructionError": [2, {"Custom": 1}]}}


async def test_an_old_signature_is_told_at_once(node: LocalNode) -> None:
    signature = Signature.from_string(await node.fund(Pubkey.new_unique(), SOL))
    async with SolanaWsClient(node.ws_url) as ws:
        await ws.signature_subscribe(signature=signature, commitment=Confirmed)
        news = await ws.recv()
    assert isinstance(news, SignatureNotification)
    assert news.result.value.err is None


async def test_an_account_is_told_when_it_changes(node: LocalNode) -> None:
    wallet = Pubkey.new_unique()
    async with SolanaWsClient(node.ws_url) as ws:
        await ws.account_subscribe(pubkey=wallet, commitment=Processed, encoding="base64")
        node.chain.airdrop(wallet, SOL)
        node.advance(2)
        news: Any = await ws.recv()
    assert isinstance(news, AccountNotification)
    assert news.result.value.lamports == SOL


async def test_the_port_after_serves_websockets_too(node: LocalNode) -> None:
    """Where @solana/web3.js looks for it."""
    async with SolanaWsClient(f"ws://127.0.0.1:{node.main.port + 1}") as ws:
        await ws.slot_subscribe()
        node.advance(1)
        news = await ws.recv()
    assert isinstance(news, SlotNotification)
    assert node.chain.tip.slot == news.result.slot
