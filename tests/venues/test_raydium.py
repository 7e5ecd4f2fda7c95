"""What is Raydium's own: pools that are closed or not open yet, and which of several counts."""

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from solders.pubkey import Pubkey

from buyqueue.errors import Code, Refused
from sandbox.solana.node import LocalNode
from streams.chain.snapshot import read_snapshot
from streams.platforms.failures import MovedOn
from streams.platforms.raydium_amm_v4.accounts import PROGRAM as AMM_V4
from streams.platforms.raydium_amm_v4.accounts import WAITING, place_of
from streams.platforms.raydium_cpmm.accounts import PROGRAM as CPMM
from streams.platforms.raydium_cpmm.accounts import places
from streams.platforms.venue import Candidate, Standing, Target
from tests.venues import raydium_amm_v4, raydium_cpmm
from tests.venues.bench import Bench, bench_on, venue_named
from tests.venues.coins import make_coin
from tests.venues.ground import SOL, Ground
from tests.venues.programs import missing

NOBODY = Pubkey.from_string("7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5")
FAR_AHEAD = 2**40
NO_SWAPS = b"\x04"
ORDER_BOOK = 1


@asynccontextmanager
async def chain_with(needs: str) -> AsyncIterator[Bench]:
    if why := missing((needs,)):
        pytest.skip(why)
    async with LocalNode(paused=True) as node, aiohttp.ClientSession() as session:
        ground = Ground(node)
        ground.give(ground.maker.pubkey(), 10_000 * SOL)
        ground.load((needs,))
        yield bench_on(ground, session)


@asynccontextmanager
async def pooled() -> AsyncIterator[tuple[Bench, str, str]]:
    """A buyer, a coin, and its CPMM pool."""
    async with chain_with("raydium_cp_swap") as bench:
        raydium_cpmm.MARKETS[0].prepare(bench.ground)
        mint = raydium_cpmm.MARKETS[0].open(bench.ground)
        yield bench, mint, places(mint)[0].pool


def change(ground: Ground, key: str, program: Pubkey, at: int, part: bytes) -> None:
    data = bytearray(ground.data(Pubkey.from_string(key)))
    data[at : at + len(part)] = part
    ground.put(Pubkey.from_string(key), program, bytes(data))


async def candidate(bench: Bench, venue: str, mint: str) -> Candidate | None:
    trader, target = venue_named(venue), Target(bench.wallet, mint)
    seen = await read_snapshot(bench.nodes, trader.addresses(target))
    return next(iter(trader.candidates(target, seen)), None)


async def test_a_pool_whose_swaps_are_off_is_closed_and_the_program_agrees() -> None:
    async with pooled() as (bench, mint, pool):
        order = bench.order(mint)
        plan = await bench.plan(order, "raydium_cpmm")
        change(bench.ground, pool, CPMM, 329, NO_SWAPS)
        tried, transaction = await bench.try_out(order, plan, 0)
        assert isinstance(bench.router.refusal(tried.error, transaction), MovedOn)
        found = await candidate(bench, "raydium_cpmm", mint)
        assert found is not None
        assert Standing.CLOSED == found.standing
        with pytest.raises(Refused, match="closed the pool for swaps"):
            await bench.router.quote(replace(order, platform="raydium_cpmm"))


async def test_a_pool_that_has_not_opened_is_closed_and_the_program_agrees() -> None:
    async with pooled() as (bench, mint, pool):
        order = bench.order(mint)
        plan = await bench.plan(order, "raydium_cpmm")
        change(bench.ground, pool, CPMM, 373, struct.pack("<Q", FAR_AHEAD))
        tried, transaction = await bench.try_out(order, plan, 0)
        assert isinstance(bench.router.refusal(tried.error, transaction), MovedOn)
        found = await candidate(bench, "raydium_cpmm", mint)
        assert found is not None
        assert (Standing.CLOSED, "the pool has not opened yet") == (found.standing, found.reason)


async def test_the_open_pool_that_gives_most_counts() -> None:
    async with pooled() as (bench, mint, shallow):
        order = bench.order(mint)
        deeper = raydium_cpmm.Terms(config=3, lamports=400 * SOL)
        deep = raydium_cpmm.open_for(bench.ground, mint, deeper)
        first = (await bench.router.quote(order)).candidates[0]
        assert shallow == first.pool
        change(bench.ground, shallow, CPMM, 329, NO_SWAPS)
        first = (await bench.router.quote(order)).candidates[0]
        assert (deep.pool, 400 * SOL) == (first.pool, first.depth_lamports)


async def test_an_account_of_somebody_else_at_the_pools_address_is_no_pool() -> None:
    async with pooled() as (bench, mint, pool):
        change(bench.ground, pool, NOBODY, 0, b"")
        assert await candidate(bench, "raydium_cpmm", mint) is None


async def test_an_amount_that_buys_nothing_is_refused_before_and_by_the_program() -> None:
    async with pooled() as (bench, mint, _):
        order = bench.order(mint, lamports=1)
        with pytest.raises(Refused, match="too small") as refused:
            await bench.plan(order, "raydium_cpmm")
        assert Code.NO_ROUTE == refused.value.code


async def test_the_fee_that_an_old_build_leaves_untold_is_what_the_amounts_leave() -> None:
    async with pooled() as (bench, mint, _):
        order = bench.order(mint)
        _, landed = await bench.buy(order)
        charged = bench.router.charged("raydium_cpmm", landed.transaction, order)
        fee = order.lamports * raydium_cpmm.TRADE_FEE // 10**6
        assert fee <= charged.lp <= fee + 1


async def test_an_amm_v4_pool_with_an_order_book_is_closed_to_us_and_the_program_agrees() -> None:
    async with chain_with("raydium_amm_v4") as bench:
        mint = raydium_amm_v4.MARKETS[0].open(bench.ground)
        pool = place_of(raydium_amm_v4.MARKETS_OF[mint]).pool
        order = bench.order(mint)
        plan = await bench.plan(order, "raydium_amm_v4")
        change(bench.ground, pool, AMM_V4, 0, struct.pack("<Q", ORDER_BOOK))
        tried, _ = await bench.try_out(order, plan, 0)
        assert any("enable_orderbook" in line for line in tried.logs)
        found = await candidate(bench, "raydium_amm_v4", mint)
        assert found is not None
        assert Standing.CLOSED == found.standing


async def test_an_amm_v4_pool_opens_at_its_time_by_the_chains_clock() -> None:
    async with chain_with("raydium_amm_v4") as bench:
        mint = make_coin(bench.ground)
        terms = raydium_amm_v4.Terms(status=WAITING)
        place = raydium_amm_v4.open_for(bench.ground, mint, terms)
        order = bench.order(mint)
        plan = await bench.plan(order, "raydium_amm_v4")
        change(bench.ground, place.pool, AMM_V4, 224, struct.pack("<Q", FAR_AHEAD))
        tried, transaction = await bench.try_out(order, plan, 0)
        assert isinstance(bench.router.refusal(tried.error, transaction), MovedOn)
        found = await candidate(bench, "raydium_amm_v4", mint)
        assert found is not None
        assert (Standing.CLOSED, "the pool has not opened yet") == (found.standing, found.reason)


async def test_a_coin_whose_market_is_not_told_has_no_amm_v4_pool() -> None:
    async with chain_with("raydium_amm_v4") as bench:
        mint = make_coin(bench.ground)
        raydium_amm_v4.open_for(bench.ground, mint, raydium_amm_v4.Terms())
        del raydium_amm_v4.MARKETS_OF[mint]
        with pytest.raises(Refused, match="it has no pool for this token"):
            await bench.router.quote(bench.order(mint, platform="raydium_amm_v4"))


async def test_the_amm_v4_fee_is_what_the_amounts_leave() -> None:
    async with chain_with("raydium_amm_v4") as bench:
        mint = raydium_amm_v4.MARKETS[0].open(bench.ground)
        order = bench.order(mint)
        _, landed = await bench.buy(order)
        charged = bench.router.charged("raydium_amm_v4", landed.transaction, order)
        fee = order.lamports * 25 // 10_000
        assert fee <= charged.lp <= fee + 1
