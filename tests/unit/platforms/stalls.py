"""Venues whose places and prices a test decides, and a router over them."""
# ruff: noqa: ARG002 - a venue takes what the protocol gives it

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Refused
from buyqueue.rpc import RpcNode
from streams.chain.nodes import Nodes
from streams.chain.snapshot import Snapshot
from streams.platforms.platform import Platform
from streams.platforms.router import Router
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target
from tests.controls.events import MINT
from tests.unit.platforms.nobody import NOBODY
from tests.unit.platforms.test_unreadable import Chain, mint

SOL = 10**9


@dataclass(frozen=True)
class Stall:
    """A pool: what it holds, what it takes and what it gives for any order."""

    out: int | None
    fee_bps: int = 100
    sol: int = 100
    standing: Standing = Standing.OPEN
    is_launch: bool = False
    estimate: int | None = None
    pool: str = "p"


@dataclass(frozen=True)
class Stalls:
    """A venue of such pools; `out=0` is one that it cannot price."""

    name: str
    pools: tuple[Stall, ...]
    programs: frozenset[str] = field(default_factory=frozenset)

    def addresses(self, target: Target) -> Sequence[str]:
        return ()

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        return [
            Candidate(self.name, one.pool, one.standing, one.sol * SOL, one.is_launch, one.pool)
            for one in self.pools
        ]

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:
        one = next(one for one in self.pools if one.pool == chosen.pool)
        if one.out == 0:
            raise Refused(Code.NO_ROUTE, "Platform unavailable: dry")
        return Plan(
            swap=lambda _: (),
            expected_out=one.out,
            estimated_out=one.estimate,
            venue_bps=one.fee_bps,
        )

    def explain(self, custom: int) -> Explained | None:
        return None

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:
        return Charged()


def stall(name: str, *pools: Stall) -> Stalls:
    return Stalls(name, pools)


def router_of(*venues: Stalls, jupiter: Platform = NOBODY) -> Router:
    """Answer a router that sees these venues in its one read of the chain."""
    chain: RpcNode = Chain({MINT: mint()})
    return Router(Nodes([chain], SystemClock()), venues, jupiter, SystemClock())
