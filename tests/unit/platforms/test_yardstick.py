"""What Jupiter offers is held against the places that were seen, where there are any."""

from dataclasses import dataclass, replace

import pytest

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Retryable
from streams.platforms.jupiter.platform import read_offer
from streams.platforms.platform import Figures, Offer
from tests.unit.platforms.stalls import Stall, router_of, stall
from tests.unit.platforms.test_jupiter_offer import answer, order

DEEP = Stall(out=1_000_000, fee_bps=100, sol=500)
NAMED = replace(order(), platform="jupiter")
LEAST = 1_000_000 * (10_000 - 300 - 100 - 100) // 10_000
"""Slippage, the pool's fee and the router's."""


@dataclass
class Telling:
    """A Jupiter that gives so much, and says that this is the least, too."""

    out: int
    name: str = "jupiter"

    async def quote(self, asked: Order) -> Figures:
        return (await self.offer(asked)).figures

    async def offer(self, asked: Order) -> Offer:
        told = {"outAmount": str(self.out), "otherAmountThreshold": str(self.out)}
        about = {"outputMint": asked.mint, "signatureFeePayer": asked.wallet}
        return read_offer(answer(**told, **about, inAmount=str(asked.lamports)), asked)


@pytest.mark.parametrize("out", [1, LEAST - 1])
async def test_an_offer_far_below_a_pool_that_was_seen_is_not_taken(out: int) -> None:
    router = router_of(stall("pool", DEEP), jupiter=Telling(out))
    for ask in (router.quote, router.offer):
        with pytest.raises(Retryable, match=f"offers {out} base units.*gives 1000000") as told:
            await ask(NAMED)
        assert Code.SLIPPAGE_EXCEEDED == told.value.code


@pytest.mark.parametrize("out", [LEAST, 1_000_000, 2_000_000])
async def test_an_offer_near_it_or_above_is_taken(out: int) -> None:
    router = router_of(stall("pool", DEEP), jupiter=Telling(out))
    assert out == (await router.offer(NAMED)).figures.expected_out


async def test_a_pool_too_shallow_for_the_order_is_a_yardstick_all_the_same() -> None:
    """The chosen one is Jupiter then, and what the shallow pool gives counts its price impact."""
    shallow = stall("pool", replace(DEEP, sol=5))
    large = replace(order(), lamports=10**9)
    with pytest.raises(Retryable, match="itself gives"):
        await router_of(shallow, jupiter=Telling(1)).offer(large)
    figures = (await router_of(shallow, jupiter=Telling(LEAST)).offer(large)).figures
    assert "jupiter" == figures.platform


async def test_a_launchs_curve_is_one_too_less_its_own_fee() -> None:
    curve = stall("curve", replace(DEEP, sol=0, is_launch=True, fee_bps=2_000))
    with pytest.raises(Retryable, match="curve itself gives"):
        await router_of(curve, jupiter=Telling(1)).offer(NAMED)
    await router_of(curve, jupiter=Telling(760_000)).offer(NAMED)


UNTELLING = {
    "dust": replace(DEEP, sol=0),
    "one that takes nearly all": replace(DEEP, fee_bps=9_900),
    "one that cannot price it": replace(DEEP, out=0),
}


@pytest.mark.parametrize("kind", UNTELLING)
async def test_where_nothing_that_tells_was_seen_jupiters_word_stands(kind: str) -> None:
    router = router_of(stall("pool", UNTELLING[kind]), jupiter=Telling(1))
    assert 1 == (await router.offer(NAMED)).figures.minimum_out


async def test_who_allows_every_price_gets_every_price() -> None:
    router = router_of(stall("pool", DEEP), jupiter=Telling(1))
    assert 1 == (await router.offer(replace(NAMED, slippage_bps=10_000))).figures.minimum_out
