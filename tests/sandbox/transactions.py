"""Transactions that tests send."""

import base64
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

SOL = 10**9


def pay(
    payer: Keypair,
    to: Pubkey,
    lamports: int,
    blockhash: Hash,
    *,
    units: int = 1_000,
    price: int = 0,
) -> VersionedTransaction:
    """A SOL transfer; `price` in micro-lamports per compute unit."""
    instructions = [
        set_compute_unit_limit(units),
        set_compute_unit_price(price),
        transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=lamports)),
    ]
    message = MessageV0.try_compile(payer.pubkey(), instructions, [], blockhash)
    return VersionedTransaction(message, [payer])


def sign_own_slot(encoded: str, buyer: Keypair) -> VersionedTransaction:
    """Sign an order's transaction without touching anybody else's signature."""
    tx = VersionedTransaction.from_bytes(base64.b64decode(encoded))
    signatures = tx.signatures
    slot = tx.message.account_keys.index(buyer.pubkey())
    signatures[slot] = buyer.sign_message(to_bytes_versioned(tx.message))
    return VersionedTransaction.populate(tx.message, signatures)


async def rpc(http: ClientSession, url: str, method: str, *params: Any) -> Mapping[str, Any]:
    """One raw JSON-RPC call; its whole answer."""
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    async with http.post(url, json=call) as response:
        assert response.status == 200
        answer: Mapping[str, Any] = await response.json()
        return answer


def encoded(tx: VersionedTransaction) -> str:
    """The wire form in base64."""
    return base64.b64encode(bytes(tx)).decode()
