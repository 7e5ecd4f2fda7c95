"""What the worker would use to buy at a venue, over real JSON-RPC on a chain of the test's own."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.mints import TOKEN_PROGRAM
from buyqueue.rpc import Observe, RpcNode, unobserved
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.chain.assembly import MAX_UNITS, Budget, assemble, to_base64
from streams.chain.flight import Accepted, Flight, Landed
from streams.chain.guard import Guard, Limits
from streams.chain.instructions import wrap
from streams.chain.landing import Landing, LandingRules
from streams.chain.nodes import Nodes
from streams.chain.simulation import Simulated, simulate
from streams.chain.snapshot import read_snapshot
from streams.chain.statuses import StatusBoard
from streams.chain.transactions import Unsigned, read_unsigned, with_signature
from streams.platforms.desk import purse_of, wallet_addresses
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.platform import JupiterPlatform
from streams.platforms.meteora_dbc.platform import MeteoraDbc
from streams.platforms.platform import Offer
from streams.platforms.raydium_amm_v4.platform import RaydiumAmmV4
from streams.platforms.router import Router
from streams.platforms.token_terms import token_terms
from streams.platforms.venue import Plan, Target, Venue
from streams.platforms.venues import VENUES
from tests.venues.ground import SOL, Ground
from tests.venues.meteora_dbc import LAUNCHPADS
from tests.venues.raydium_amm_v4 import MARKETS_OF

TRADERS = (*VENUES, MeteoraDbc(LAUNCHPADS), RaydiumAmmV4(MARKETS_OF))
"""What the worker has, told of the launchpads and the markets of these tests."""
NOWHERE = "http://127.0.0.1:9"
"""Jupiter is not part of these tests: nothing listens there."""


@dataclass(frozen=True)
class Bench:
    """One buyer with the worker's own parts."""

    ground: Ground
    nodes: Nodes
    router: Router
    buyer: Keypair

    @property
    def wallet(self) -> str:
        return str(self.buyer.pubkey())

    def order(self, mint: str, lamports: int = SOL // 10, platform: str = "auto") -> Order:
        return Order(
            job_id=UUID(int=1), user_id="user123", mint=mint, lamports=lamports, slippage_bps=100,
            priority_fee_lamports=20_000, platform=platform, wallet=self.wallet,
            requested_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip

    async def guard(self, order: Order, offer: Offer) -> Unsigned:
        """Read and check an offer as the worker does before it signs."""
        unsigned = read_unsigned(offer.transaction, order.wallet)
        limits = Limits(
            wallet=order.wallet, mint=order.mint, lamports=order.lamports,
            priority_fee_lamports=order.priority_fee_lamports, tip_lamports=offer.tip_lamports,
            minimum_out=offer.figures.minimum_out, rent_lamports=offer.rent_lamports,
        )  # fmt: skip
        await Guard(self.nodes, self.router.refusal).check(unsigned, limits)
        return unsigned

    async def land(self, order: Order, offer: Offer) -> Landed:
        """Guard, sign, send and follow an offer until it is confirmed."""
        unsigned = await self.guard(order, offer)
        signed = with_signature(unsigned, bytes(self.buyer.sign_message(unsigned.message_bytes)))
        flight = Flight(
            signature=signed.signature, transaction=signed.base64,
            last_valid_block_height=offer.last_valid_block_height, wallet=order.wallet,
            mint=order.mint, sent=False, undecided=False,
        )  # fmt: skip
        clock = SystemClock()
        board = StatusBoard(self.nodes, clock, 5)
        landing = Landing(self.nodes, board, clock, LandingRules(resend_ms=50, margin_blocks=5))
        assert isinstance(await landing.follow(flight), Accepted)
        self.ground.chain.advance(3)
        async with asyncio.timeout(10):
            outcome = await landing.follow(replace(flight, sent=True))
        assert isinstance(outcome, Landed)
        return outcome

    async def buy(self, order: Order) -> tuple[Offer, Landed]:
        offer = await self.router.offer(order)
        return offer, await self.land(order, offer)

    async def plan(self, order: Order, venue: str) -> Plan:
        """Price an order at a venue, whatever the router would choose."""
        trader = venue_named(venue)
        target = Target(order.wallet, order.mint)
        keys = [*wallet_addresses(order.wallet, order.mint), *trader.addresses(target)]
        seen = await read_snapshot(self.nodes, keys)
        chosen = max(trader.candidates(target, seen), key=lambda one: one.depth_lamports)
        return await trader.plan(order, chosen, seen, lambda more: read_snapshot(self.nodes, more))

    async def try_out(self, order: Order, plan: Plan, minimum: int) -> tuple[Simulated, Unsigned]:
        """Simulate a plan with a minimum out of the test's choice."""
        seen = await read_snapshot(self.nodes, wallet_addresses(order.wallet, order.mint))
        program = token_terms(seen, order.mint).program
        answer = await self.nodes.read("getLatestBlockhash", {"commitment": "confirmed"})
        purse = purse_of(order, plan, seen, program)
        blockhash = str(answer["value"]["blockhash"])
        unsigned = Unsigned(assemble(purse, plan.swap(minimum), Budget(MAX_UNITS, 0), blockhash))
        assert to_base64(unsigned.transaction) == unsigned.base64
        return await simulate(self.nodes, unsigned, [order.wallet]), unsigned

    def lamports(self, key: str | None = None) -> int:
        account = self.ground.chain.accounts.now(Pubkey.from_string(key or self.wallet))
        return account.lamports if account else 0

    def tokens(self, account: str) -> int | None:
        """Answer what a token account holds, base units; None if it is not open."""
        data = self.ground.data(Pubkey.from_string(account))
        return int.from_bytes(data[64:72], "little") if data else None

    @property
    def wrapped(self) -> str:
        return associated_token_account(self.wallet, WRAPPED_SOL, TOKEN_PROGRAM)

    def wrap(self, lamports: int) -> None:
        """Give the buyer a wrapped-SOL account of its own."""
        self.ground.send(*wrap(self.wallet, lamports), payer=self.buyer)


def venue_named(name: str) -> Venue:
    return next(venue for venue in TRADERS if venue.name == name)


def bench_on(
    ground: Ground,
    session: aiohttp.ClientSession,
    lamports: int = 50 * SOL,
    observe: Observe = unobserved,
) -> Bench:
    """Make a buyer with so much SOL, and the worker's parts for it."""
    buyer, clock = Keypair(), SystemClock()
    ground.give(buyer.pubkey(), lamports)
    nodes = Nodes([RpcNode(session, ground.node.url, 10_000, observe)], clock)
    jupiter = JupiterPlatform(JupiterApi(session, NOWHERE, None, clock))
    return Bench(ground, nodes, Router(nodes, TRADERS, jupiter, clock), buyer)
