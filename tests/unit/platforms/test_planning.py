"""Of the places that are believed, the one that gives most is taken; one that takes all is not."""

from dataclasses import dataclass, replace

import pytest

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused, Retryable
from streams.platforms.choice import MOST_FEE_BPS, Here
from streams.platforms.jupiter.platform import read_offer
from streams.platforms.planning import Planned
from streams.platforms.platform import Figures, Offer
from streams.platforms.trust import LEAST_SLACK_BPS, require_as_read
from streams.platforms.venue import Candidate, Plan, Standing
from tests.unit.platforms.stalls import Stall, router_of, stall
from tests.unit.platforms.test_jupiter_offer import answer, order

FAIR = Stall(out=1_000, fee_bps=100, sol=50)
HOSTILE = Stall(out=10, fee_bps=9_900, sol=500)


@dataclass
class Told:
    """A Jupiter with one answer, or without a route."""

    has_route: bool = True
    name: str = "jupiter"

    async def quote(self, asked: Order) -> Figures:
        return (await self.offer(asked)).figures

    async def offer(self, asked: Order) -> Offer:
        if not self.has_route:
            raise Refused(Code.NO_ROUTE, "Platform unavailable: Jupiter has no offer")
        return read_offer(answer(), asked)


async def test_a_fair_pool_is_taken_beside_a_deeper_one_that_takes_nearly_all() -> None:
    figures = await router_of(stall("hostile", HOSTILE), stall("fair", FAIR)).quote(order())
    assert ("fair", 1_000) == (figures.platform, figures.expected_out)
    assert figures.reason.endswith("a pool of hostile takes 9900 bps")


async def test_a_pool_that_anybody_opened_hides_none_of_the_same_venue() -> None:
    pools = (replace(HOSTILE, pool="theirs"), replace(FAIR, pool="ours"))
    figures = await router_of(stall("venue", *pools)).quote(order())
    assert ("ours", {"ours", "theirs"}) == (
        figures.candidates[0].pool, {one.pool for one in figures.candidates},
    )  # fmt: skip


async def test_of_believed_pools_the_one_that_gives_most_wins_however_deep_others_are() -> None:
    deep = replace(FAIR, out=999, sol=900)
    figures = await router_of(stall("deep", deep), stall("fair", FAIR)).quote(order())
    assert ("fair", "it gives the most of 2 pools; p") == (figures.platform, figures.reason)


async def test_of_equals_the_deepest_wins() -> None:
    figures = await router_of(stall("a", FAIR), stall("b", replace(FAIR, sol=60))).quote(order())
    assert "b" == figures.platform


async def test_a_hostile_pool_alone_is_left_to_jupiter() -> None:
    router = router_of(stall("hostile", HOSTILE), jupiter=Told())
    for figures in (await router.quote(order()), (await router.offer(order())).figures):
        assert "jupiter" == figures.platform
        assert figures.reason.endswith("a pool of hostile takes 9900 bps")


async def test_where_jupiter_has_none_either_the_refusal_says_what_was_passed_over() -> None:
    router = router_of(stall("hostile", HOSTILE), jupiter=Told(has_route=False))
    with pytest.raises(Refused, match=r"has no offer; .*a pool of hostile takes 9900 bps") as told:
        await router.offer(order())
    assert Code.NO_ROUTE == told.value.code


async def test_a_caller_who_names_a_dear_venue_gets_it() -> None:
    router = router_of(stall("hostile", HOSTILE), stall("fair", FAIR))
    figures = await router.quote(replace(order(), platform="hostile"))
    assert ("hostile", 9_900) == (figures.platform, figures.fees.venue_bps)


async def test_the_bound_itself_is_believed_and_a_launch_needs_none() -> None:
    at_bound = replace(FAIR, fee_bps=MOST_FEE_BPS)
    assert "at" == (await router_of(stall("at", at_bound)).quote(order())).platform
    beyond = replace(FAIR, fee_bps=MOST_FEE_BPS + 1)
    router = router_of(stall("beyond", beyond), jupiter=Told())
    assert "jupiter" == (await router.quote(order())).platform
    launch = replace(HOSTILE, is_launch=True)
    assert "curve" == (await router_of(stall("curve", launch)).quote(order())).platform


async def test_a_pool_that_cannot_price_the_order_keeps_nobody_from_the_next() -> None:
    dry = Stall(out=0, sol=900)
    figures = await router_of(stall("dry", dry), stall("fair", FAIR)).quote(order())
    assert "fair" == figures.platform
    nothing = Stall(out=-1, sol=900)
    figures = await router_of(stall("nothing", nothing), jupiter=Told()).quote(order())
    assert "jupiter" == figures.platform
    named = replace(order(), platform="venue")
    figures = await router_of(stall("venue", replace(dry, pool="d"), FAIR)).quote(named)
    assert "p" == figures.candidates[0].pool


async def test_a_migration_is_waited_for_though_a_hostile_pool_stands_beside_it() -> None:
    moving = replace(FAIR, standing=Standing.MIGRATING, is_launch=True)
    with pytest.raises(Retryable, match="curve"):
        await router_of(stall("curve", moving), stall("hostile", HOSTILE)).quote(order())


POOL = Candidate("pool", "p", Standing.OPEN, 10**11, is_launch=False, reason="")
ESTIMATED = Plan(swap=lambda _: (), expected_out=None, estimated_out=10_000)


def chosen(*, is_launch: bool = False) -> Planned:
    return Planned(Here(replace(POOL, is_launch=is_launch), ""), ESTIMATED)


def test_a_fee_that_rises_between_the_read_and_the_trial_sets_no_minimum() -> None:
    asked = replace(order(), slippage_bps=0)
    least = 10_000 - LEAST_SLACK_BPS
    require_as_read(asked, chosen(), least)
    with pytest.raises(Retryable, match="9899 base units") as told:
        require_as_read(asked, chosen(), least - 1)
    assert Code.SLIPPAGE_EXCEEDED == told.value.code
    require_as_read(replace(asked, slippage_bps=300), chosen(), 9_700)


def test_a_trial_is_the_last_word_where_the_caller_named_the_venue_or_the_launch_trades() -> None:
    require_as_read(replace(order(), platform="pool"), chosen(), 1)
    require_as_read(order(), chosen(is_launch=True), 1)
