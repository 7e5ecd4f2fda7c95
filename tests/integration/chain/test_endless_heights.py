"""A builder that says its transaction can land for ever keeps no buy open for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from buyqueue.buy.state import Course, Order, Quote, Quoted
from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.events.events import BuySigned
from buyqueue.events.signatures import SignatureRequested
from streams.chain.guard import Guard
from streams.chain.lifetime import BLOCKHASH_LIFE, believed
from streams.chain.nodes import Nodes
from streams.chain.outlasting import Outlasting
from streams.chain.statuses import StatusBoard
from streams.claims import Claims
from streams.platforms.platform import Offer
from streams.platforms.router import Router
from streams.steps.ask import request_signature
from streams.steps.parts import Parts
from streams.steps.sign import sign
from streams.vault.signer import Signer
from tests.integration.chain.conftest import MARGIN, Bench, refusal

ENDLESS = 10**18
Step = Callable[[Parts, Quoted, Offer], Awaitable[Event]]


@dataclass
class OneKey(Signer):
    """Has the bench's key, and asks no vault."""

    bench: Bench

    async def check(self, order: Order) -> None:
        assert order.wallet == str(self.bench.buyer.pubkey())

    async def sign(self, order: Order, message: bytes) -> bytes:
        await self.check(order)
        return bytes(self.bench.buyer.sign_message(message))


class AllGranted(Claims):
    """There is nobody else to claim a message."""

    def __init__(self) -> None:
        pass

    async def claim(self, message: bytes, job_id: UUID) -> None:
        pass


def parts_of(bench: Bench) -> Parts:
    nodes, clock = bench.nodes(), SystemClock()
    return Parts(
        clock=clock,
        writer="test/1",
        nodes=nodes,
        board=StatusBoard(nodes, clock, 20),
        landing=bench.landing(),
        outlasting=Outlasting(nodes, clock, MARGIN),
        guard=Guard(nodes, refusal),
        signer=OneKey(bench),
        claims=AllGranted(),
        router=Router(nodes, (), bench.platform, clock),
    )


async def height(nodes: Nodes) -> int:
    return max(await nodes.heights("processed"))


@pytest.mark.parametrize("step", [sign, request_signature], ids=["service", "client"])
@pytest.mark.parametrize("told", [ENDLESS, 0])
async def test_the_height_that_is_recorded_is_near_our_own_bound(
    bench: Bench, step: Step, told: int
) -> None:
    order, parts = bench.order(), parts_of(bench)
    honest = await bench.platform.offer(order)
    offer = replace(honest, last_valid_block_height=told)
    quote = Quote(UUID(int=2), "jupiter", 1, 1)
    event = await step(parts, Quoted(Course(order), quote), offer)
    assert isinstance(event, BuySigned | SignatureRequested)
    assert honest.last_valid_block_height <= event.last_valid_block_height
    assert event.last_valid_block_height <= await height(parts.nodes) + 2 * BLOCKHASH_LIFE


def test_an_honest_word_counts_if_it_is_later_and_never_makes_the_end_earlier() -> None:
    assert [1_000, 1_000, 1_040, 1_150, 1_150] == [
        believed(told, 1_000) for told in (-5, 1_000, 1_040, 1_150, ENDLESS)
    ]
