"""Tokens that must not be bought, and tokens that keep a part of each transfer."""
# ruff: noqa: ARG002 - a venue takes what the protocol gives it

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Refused
from streams.chain.snapshot import Snapshot
from streams.platforms.router import Router
from streams.platforms.venue import Candidate, Charged, Explained, Plan, Read, Standing, Target
from tests import token_2022
from tests.integration.chain.conftest import SOL, Bench
from tests.token_2022 import Extension, Mints

SENDS = 1_000_000


@dataclass
class Generous:
    """A venue that sends a million of anything."""

    name: str = "generous"
    programs: frozenset[str] = frozenset()

    def addresses(self, target: Target) -> Sequence[str]:
        return ()

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        return [Candidate(self.name, target.mint, Standing.OPEN, 1_000 * SOL, False, "it is open")]  # noqa: FBT003

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:
        return Plan(swap=lambda _: (), expected_out=SENDS)

    def explain(self, custom: int) -> Explained | None:
        return None

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:
        return Charged()


def order_of(bench: Bench, mints: Mints, *extensions: Extension) -> tuple[Router, Order]:
    mint = mints.make(*extensions)
    bench.node.chain.put_account(mint, mints.account(mint))
    bench.node.advance(3)
    router = Router(bench.nodes(), (Generous(),), bench.platform, SystemClock())
    return router, replace(bench.order(), mint=str(mint))


@pytest.mark.parametrize(("extension", "why"), [
    (token_2022.NON_TRANSFERABLE, "cannot be transferred"),
    (token_2022.FROZEN, "a new account of it is frozen"),
    (token_2022.hook(token_2022.WHO), "decides on each transfer"),
    (token_2022.PERMANENT_DELEGATE, "may take it from any wallet"),
])  # fmt: skip
@pytest.mark.parametrize("platform", ["auto", "jupiter"])
async def test_a_restricted_token_is_refused_whichever_venue_sells_it(
    bench: Bench, extension: Extension, why: str, platform: str
) -> None:
    router, order = order_of(bench, Mints(), extension)
    with pytest.raises(Refused, match=why) as caught:
        await router.quote(replace(order, platform=platform))
    assert caught.value.code == Code.TOKEN_RESTRICTED


async def test_what_the_token_keeps_is_taken_off_and_told(bench: Bench) -> None:
    mints = Mints()
    fee = token_2022.transfer_fee(mints.authority, 500, 2**64 - 1)
    router, order = order_of(bench, mints, fee)
    figures = await router.quote(order)
    assert (figures.expected_out, figures.minimum_out) == (950_000, 921_500)
    assert figures.reason.endswith("the token itself keeps 500 bps of each transfer")


async def test_a_token_that_keeps_everything_is_refused(bench: Bench) -> None:
    mints = Mints()
    router, order = order_of(bench, mints, token_2022.transfer_fee(mints.authority, 10_000, SENDS))
    with pytest.raises(Refused, match="keeps the whole transfer"):
        await router.quote(order)


async def test_a_harmless_extension_changes_nothing(bench: Bench) -> None:
    router, order = order_of(bench, Mints(), token_2022.INTEREST)
    assert (await router.quote(order)).expected_out == SENDS
