"""A pool of DAMM v2 that anybody opened, on the real program: `auto` pays nobody 99 %."""

from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from buyqueue.buy.state import Order
from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Retryable
from streams.platforms.meteora_damm_v2.accounts import PROGRAM, pools_of
from streams.platforms.quoted import Look
from streams.platforms.router import Router
from tests.unit.platforms.test_yardstick import Telling
from tests.venues import meteora_damm_v2, raydium_amm_v4
from tests.venues.bench import TRADERS
from tests.venues.coins import make_coin
from tests.venues.ground import SOL, Ground
from tests.venues.meteora_damm_v2 import Terms
from tests.venues.programs import missing
from tests.venues.test_meteora import chain_with, pooled

COINS = 10**14
"""Base units of the fair pool, for 50 SOL."""
AMOUNT = SOL // 20


@pytest.mark.parametrize("lamports", [1_200_000_000, 100 * SOL])
async def test_alone_it_is_left_to_jupiter(lamports: int) -> None:
    async with pooled(Terms(fee=990_000_000, lamports=lamports)) as (bench, mint):
        with pytest.raises(Retryable, match="Jupiter"):
            await bench.router.quote(bench.order(mint, AMOUNT))
        with pytest.raises(Retryable, match="Jupiter"):
            await bench.router.offer(bench.order(mint, AMOUNT))


async def test_a_caller_who_names_the_venue_gets_what_it_gives() -> None:
    async with pooled(Terms(fee=990_000_000)) as (bench, mint):
        order = bench.order(mint, AMOUNT, "meteora_damm_v2")
        offer, landed = await bench.buy(order)
        assert 9_900 == offer.figures.fees.venue_bps
        assert offer.figures.expected_out == landed.fill.tokens_received


@pytest.mark.parametrize("fee", [990_000_000, 40_000_000])
async def test_beside_a_fair_pool_that_is_shallower_the_fair_one_is_bought_at(fee: int) -> None:
    """By 99 % it is not believed; by 4 % it is, and gives less."""
    needs = ("cp_amm", "raydium_amm_v4")
    if why := missing(needs):
        pytest.skip(why)
    async with chain_with(needs) as bench:
        mint = make_coin(bench.ground)
        fair = raydium_amm_v4.Terms(lamports=50 * SOL, coins=COINS)
        pool = raydium_amm_v4.open_for(bench.ground, mint, fair)
        theirs = Terms(fee=fee, lamports=100 * SOL, coins=2 * COINS)
        meteora_damm_v2.open_for(bench.ground, mint, theirs)
        order = replace(bench.order(mint, AMOUNT), slippage_bps=50)
        offer, landed = await bench.buy(order)
        assert ("raydium_amm_v4", pool.pool) == (
            offer.figures.platform, offer.figures.candidates[0].pool,
        )  # fmt: skip
        assert offer.figures.expected_out == landed.fill.tokens_received
        assert landed.fill.tokens_received >= AMOUNT * COINS // (50 * SOL) * 99 // 100


async def test_an_endpoint_that_offers_one_unit_beside_a_deep_pool_is_not_believed() -> None:
    async with pooled(Terms()) as (bench, mint):
        router = Router(bench.nodes, TRADERS, Telling(1), SystemClock())
        order = bench.order(mint, AMOUNT, "jupiter")
        with pytest.raises(Retryable, match="meteora_damm_v2 itself gives") as caught:
            await router.offer(order)
        assert Code.SLIPPAGE_EXCEEDED == caught.value.code
        fair = (await bench.router.quote(bench.order(mint, AMOUNT))).expected_out
        near = Router(bench.nodes, TRADERS, Telling(fair * 98 // 100), SystemClock())
        assert "jupiter" == (await near.offer(order)).figures.platform


class Late(Router):
    """Somebody raises a pool's fee to 99 % in the moment after it was read."""

    pool: Pubkey
    ground: Ground

    async def _look(self, order: Order) -> Look:
        look = await super()._look(order)
        data = bytearray(self.ground.data(self.pool))
        data[8:16] = (990_000_000).to_bytes(8, "little")
        self.ground.put(self.pool, PROGRAM, bytes(data))
        return look


async def test_a_fee_that_is_raised_between_the_read_and_the_trial_sets_no_minimum() -> None:
    async with pooled(Terms(is_dynamic=True)) as (bench, mint):
        router = Late(bench.nodes, TRADERS, Telling(1), SystemClock())
        router.ground, router.pool = bench.ground, Pubkey.from_string(pools_of(mint)[0])
        with pytest.raises(Retryable, match="the trial gave") as caught:
            await router.offer(bench.order(mint, AMOUNT))
        assert Code.SLIPPAGE_EXCEEDED == caught.value.code
