"""A chain whose slots pass only when a test says so, and the worker's parts on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from solders.keypair import Keypair

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import BuyQueueError, Code
from buyqueue.rpc import RpcNode
from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.solana.node import LocalNode
from streams.chain.expiry import Lifetime
from streams.chain.flight import Flight
from streams.chain.guard import Guard, Limits
from streams.chain.history import final_slot
from streams.chain.landing import Landing, LandingRules
from streams.chain.nodes import Nodes
from streams.chain.statuses import StatusBoard
from streams.chain.transactions import Unsigned, read_unsigned, with_signature
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.platform import JupiterPlatform
from streams.platforms.platform import Offer
from streams.platforms.router import Router
from streams.platforms.venues import VENUES

SOL = 10**9
MARGIN = 5


def lifetime_of(flight: Flight) -> Lifetime:
    return Lifetime(flight.searched_from, flight.last_valid_block_height)


@dataclass(frozen=True)
class Bench:
    """A buyer with two SOL, a market, and what the worker would use."""

    node: LocalNode
    jupiter: LocalJupiter
    platform: JupiterPlatform
    session: aiohttp.ClientSession
    buyer: Keypair

    def order(self, lamports: int = SOL // 10, token: int = 0) -> Order:
        return Order(
            job_id=UUID(int=1),
            user_id="user123",
            mint=str(self.jupiter.market.tokens[token].mint),
            lamports=lamports,
            slippage_bps=300,
            priority_fee_lamports=20_000,
            platform="auto",
            wallet=str(self.buyer.pubkey()),
            requested_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    def nodes(self, *urls: str) -> Nodes:
        asked = urls or (self.node.url,)
        return Nodes([RpcNode(self.session, url, 1_000) for url in asked], SystemClock())

    def landing(self, *urls: str) -> Landing:
        nodes, clock = self.nodes(*urls), SystemClock()
        board = StatusBoard(nodes, clock, 20)
        return Landing(nodes, board, clock, LandingRules(resend_ms=50, margin_blocks=MARGIN))

    async def check(self, offer: Offer, order: Order) -> None:
        limits = Limits(
            order.wallet, order.mint, order.lamports, order.priority_fee_lamports, 0,
            offer.figures.minimum_out, offer.rent_lamports, offer.signatures,
        )  # fmt: skip
        lacking = 1 if offer.executed_as else 0
        unsigned = read_unsigned(offer.transaction, order.wallet, lacking=lacking)
        router = Router(self.nodes(), VENUES, self.platform, SystemClock())
        await Guard(self.nodes(), router.refusal).check(unsigned, limits)

    async def send(self, flight: Flight) -> None:
        options = {"encoding": "base64", "skipPreflight": True}
        await self.nodes().read("sendTransaction", flight.transaction, options)

    async def flight(self, order: Order | None = None) -> Flight:
        order = order or self.order()
        offer = await self.platform.offer(order)
        unsigned = read_unsigned(offer.transaction, order.wallet)
        mine = self.buyer.sign_message(unsigned.message_bytes)
        signed = with_signature(unsigned, bytes(mine))
        return Flight(
            signature=signed.signature,
            transaction=signed.base64,
            last_valid_block_height=offer.last_valid_block_height,
            wallet=order.wallet,
            mint=order.mint,
            sent=False,
            undecided=False,
            searched_from=await final_slot(self.nodes()),
        )


def refusal(error: Any, _transaction: Unsigned) -> BuyQueueError:
    """Say that a simulation failed: what must not happen where a theft is looked for."""
    return BuyQueueError(Code.INTERNAL_ERROR, f"it does not even run: {error}")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with (
        LocalNode(paused=True) as node,
        LocalJupiter(node.chain) as jupiter,
        aiohttp.ClientSession() as session,
    ):
        buyer = Keypair()
        await node.fund(buyer.pubkey(), 2 * SOL)
        api = JupiterApi(session, jupiter.url, None, SystemClock())
        yield Bench(node, jupiter, JupiterPlatform(api), session, buyer)
