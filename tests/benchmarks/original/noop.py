"""A chain and a venue that cost nothing: what is left is the queue's own work.

The counterpart of the original's no-op adapter: a line in a ledger file stands for the chain, and
is the irrevocable purchase. Everything else is the product's own: the log, the vault, the
signature, the steps and what the sockets are told.
"""

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from solders.hash import Hash
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from buyqueue.buy.state import Order
from buyqueue.clock import Clock
from buyqueue.events.values import Fees
from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from buyqueue.rpc import RpcNode
from streams.chain.accounts import Account
from streams.chain.fill import Fill
from streams.chain.flight import Accepted, Flight, Landed, Outcome, Settled
from streams.chain.guard import Guard
from streams.chain.landing import Landing
from streams.chain.nodes import Nodes, Seen
from streams.platforms.platform import Figures, Offer
from streams.platforms.router import Router
from streams.platforms.venue import Charged
from streams.steps.parts import Parts

LEDGER: Final = "NOOP_LEDGER"
"""The environment variable that names the ledger file, as in the original."""
FEES: Final = Fees(network=5_000, priority=0, rent=0, venue_bps=0)
SETTLE_S: Final = 2.0
_WALLET: Final = Account(SYSTEM_PROGRAM, 10**15, b"")
_MINT: Final = Account(TOKEN_PROGRAM, 10**9, bytes(44) + b"\x06\x01" + bytes(36))
_ANSWERS: Final[dict[str, Any]] = {
    "getFeeForMessage": {"context": {"slot": 1}, "value": 5_000},
    "getBlockHeight": 1,
}


class NoopNode(RpcNode):
    """A node in this process that has nothing to look up."""

    async def call(self, method: str, *_params: Any) -> Any:
        return _ANSWERS[method]


class NoopNodes(Nodes):
    """Shows a wallet that holds enough, a mint, and two token accounts that are not there."""

    async def accounts(self, _keys: Sequence[str]) -> Seen:
        return Seen(1, (_WALLET, _MINT, None, None))


class NoopRouter(Router):
    """Offers a transaction that does nothing, at once."""

    async def offer(self, order: Order) -> Offer:
        message = MessageV0.try_compile(
            Pubkey.from_string(order.wallet), [], [], Hash(os.urandom(32))
        )
        transaction = VersionedTransaction.populate(message, [Signature.default()])
        return Offer(
            figures=Figures(
                platform="noop",
                reason="nothing is bought",
                lamports_in=order.lamports,
                expected_out=order.lamports,
                minimum_out=order.lamports,
                fees=FEES,
                price_impact_bps=0,
            ),
            transaction=base64.b64encode(bytes(transaction)).decode(),
            last_valid_block_height=150,
        )

    def charged(self, *_asked: Any) -> Charged:
        return Charged()


class NoopGuard(Guard):
    """Lets everything pass: there is no chain that could be asked."""

    async def check(self, *_asked: Any) -> None:
        return


class NoopLanding(Landing):
    """Writes the purchase to the ledger, and has it confirmed at once."""

    def __init__(self, clock: Clock, ledger: Path) -> None:
        self._time = clock
        self._file = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    async def follow(self, flight: Flight) -> Outcome:
        if not flight.sent:
            line = {"wallet": flight.wallet, "signature": flight.signature}
            os.write(self._file, json.dumps(line).encode() + b"\n")
            return Accepted(("noop",))
        return Landed(Fill(1, 10**7 + 5_000, 10**7, 10**7, 6, FEES, None), None)

    async def settle(self, _flight: Flight, slot: int) -> Settled | Landed:
        await self._time.sleep(SETTLE_S)
        return Settled(slot)


def noop(parts: Parts, node: RpcNode) -> Parts:
    """Answer the worker's parts with a chain and a venue that cost nothing."""
    nodes = NoopNodes([node], parts.clock)
    router = NoopRouter(nodes, (), parts.router._jupiter, parts.clock)
    return replace(
        parts,
        nodes=nodes,
        router=router,
        guard=NoopGuard(nodes, router.refusal),
        landing=NoopLanding(parts.clock, Path(os.environ[LEDGER])),
    )
