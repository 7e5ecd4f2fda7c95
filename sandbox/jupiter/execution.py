"""POST /execute without HTTP: checking a signed order, sending it, telling how it ended.

Codes: 0 landed well; -1 unknown requestId, -2 not a transaction, -3 not the ordered message,
-1000 failed to land or on chain, -1001 unknown, -1003 not fully signed (swap_v2.yaml).
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.transaction import VersionedTransaction

from sandbox.jupiter.orders import Order
from sandbox.solana.ledger.blocks import MAX_AGE
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.messages import fully_signed, message_of
from sandbox.solana.ledger.records import TxRecord
from sandbox.solana.rpc.errors import text_of

GIVE_UP_S = 60.0
"""After that the outcome is told as unknown; asking again with the same pair goes on waiting."""


@dataclass(frozen=True, slots=True)
class Issued:
    """An order that was answered with a transaction."""

    order: Order
    wire: str
    maker: Keypair | None = None
    """Who still has to sign it."""


class NotExecuted(Exception):
    """A request that was not sent to the chain."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.body = {"status": "Failed", "code": code, "error": text}


def checked(issued: Issued | None, body: Mapping[str, Any]) -> VersionedTransaction:
    """Read the signed transaction of an order.

    Raises NotExecuted.
    """
    if issued is None:
        raise NotExecuted(-1, "Order not found, it might have expired")
    ordered = VersionedTransaction.from_bytes(base64.b64decode(issued.wire))
    try:
        wire = base64.b64decode(str(body.get("signedTransaction")), validate=True)
        tx = VersionedTransaction.from_bytes(wire)
    except (ValueError, binascii.Error):
        raise NotExecuted(-2, "Invalid signed transaction") from None
    if bytes(tx.message) != bytes(ordered.message):
        raise NotExecuted(-3, "Invalid message bytes")
    if issued.maker:
        tx = _signed_by(issued.maker, tx)
    if not fully_signed(tx):
        raise NotExecuted(-1003, "Transaction is not fully signed")
    return tx


def _signed_by(maker: Keypair, tx: VersionedTransaction) -> VersionedTransaction:
    signatures = list(tx.signatures)
    at = tx.message.account_keys.index(maker.pubkey())
    signatures[at] = maker.sign_message(to_bytes_versioned(tx.message))
    return VersionedTransaction.populate(tx.message, signatures)


async def land(
    chain: Chain, issued: Issued, tx: VersionedTransaction, stopping: asyncio.Event
) -> dict[str, Any]:
    """Send a transaction and wait until it is confirmed or can no longer land."""
    signature, loop = str(tx.signatures[0]), asyncio.get_running_loop()
    made = chain.blocks.height_of(message_of(tx).recent_blockhash) or 0
    deadline = loop.time() + GIVE_UP_S
    if chain.bank("processed").record(signature) is None:
        chain.submit(tx)
    while loop.time() < deadline and not stopping.is_set():
        bank = chain.bank("confirmed")
        if record := bank.record(signature):
            return _landed(issued.order, record)
        if bank.block.height > made + MAX_AGE + 1:
            return {
                "status": "Failed",
                "signature": signature,
                "code": -1000,
                "error": "Failed to land",
            }
        await asyncio.sleep(chain.knobs.slot_ms / 8_000)
    return {"status": "Failed", "signature": signature, "code": -1001, "error": "Unknown error"}


def _landed(order: Order, record: TxRecord) -> dict[str, Any]:
    body: dict[str, Any] = {"signature": record.signature, "slot": str(record.slot)}
    if record.outcome.err is not None:
        text = text_of(record.outcome.err)
        return body | {"status": "Failed", "code": -1000, "error": text}
    paid, got = str(order.amount), str(_received(order, record))
    return body | {
        "status": "Success",
        "code": 0,
        "totalInputAmount": paid,
        "totalOutputAmount": got,
        "inputAmountResult": paid,
        "outputAmountResult": got,
        "swapEvents": [],
    }


def _received(order: Order, record: TxRecord) -> int:
    owner, mint = str(order.taker), str(order.token.mint)
    before, after = (
        sum(b.amount for b in balances if b.owner == owner and b.mint == mint)
        for balances in (record.pre_tokens, record.post_tokens)
    )
    return after - before
