"""What is Meteora's own: the curve's end, fees that move, and tokens that keep a part."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from solders.pubkey import Pubkey

from buyqueue.errors import Code, Refused, Retryable
from buyqueue.mints import TOKEN_2022_PROGRAM
from buyqueue.platforms import METEORA_DAMM_V2
from sandbox.solana.node import LocalNode
from streams.platforms.failures import MovedOn
from streams.platforms.meteora_damm_v2.accounts import PROGRAM as DAMM_V2
from streams.platforms.meteora_damm_v2.accounts import pools_of
from streams.platforms.meteora_dbc.accounts import pool_address
from streams.platforms.router import ESTIMATE
from tests import token_2022
from tests.venues import meteora_damm_v2, meteora_dbc
from tests.venues.bench import Bench, bench_on
from tests.venues.ground import SOL, Ground
from tests.venues.meteora_damm_v2 import Terms, open_pool
from tests.venues.meteora_dbc import THRESHOLD, DbcMarket, launch_coin
from tests.venues.programs import missing

CURVES = {market.name.removeprefix("meteora_dbc-"): market for market in meteora_dbc.MARKETS}


@asynccontextmanager
async def chain_with(needs: Sequence[str], lamports: int = 200 * SOL) -> AsyncIterator[Bench]:
    if why := missing(tuple(needs)):
        pytest.skip(why)
    async with LocalNode(paused=True) as node, aiohttp.ClientSession() as session:
        ground = Ground(node)
        ground.give(ground.maker.pubkey(), 10_000 * SOL)
        ground.load(needs)
        yield bench_on(ground, session, lamports)


@asynccontextmanager
async def launched(kind: str, lamports: int = 200 * SOL) -> AsyncIterator[tuple[Bench, str]]:
    market: DbcMarket = CURVES[kind]
    async with chain_with(market.needs, lamports) as bench:
        market.prepare(bench.ground)
        yield bench, launch_coin(bench.ground, market.launch)


@asynccontextmanager
async def pooled(terms: Terms, lamports: int = 200 * SOL) -> AsyncIterator[tuple[Bench, str]]:
    async with chain_with(("cp_amm",), lamports) as bench:
        yield bench, open_pool(bench.ground, terms)


@pytest.mark.parametrize("kind", ["spl", "token_2022", "fees_in_coins"])
async def test_a_buy_beyond_the_curves_end_says_what_it_spends_and_spends_just_that(
    kind: str,
) -> None:
    async with launched(kind) as (bench, mint):
        order = bench.order(mint, lamports=150 * SOL)
        before = bench.lamports()
        offer, landed = await bench.buy(order)
        figures, fees = offer.figures, landed.fill.fees
        assert THRESHOLD <= figures.lamports_in < 90 * SOL
        assert figures.expected_out == landed.fill.tokens_received
        spent = before - bench.lamports() - fees.network - fees.priority - figures.fees.rent
        assert figures.lamports_in == spent


async def test_a_wrapped_account_of_ones_own_does_not_take_what_the_curve_leaves() -> None:
    async with launched("spl") as (bench, mint):
        bench.wrap(SOL)
        await bench.buy(bench.order(mint, lamports=150 * SOL))
        assert bench.tokens(bench.wrapped) == SOL


@pytest.mark.parametrize("kind", ["dynamic", "falling"])
async def test_where_fees_move_the_rest_comes_back_too(kind: str) -> None:
    async with launched(kind) as (bench, mint):
        before = bench.lamports()
        offer, landed = await bench.buy(bench.order(mint, lamports=150 * SOL))
        assert offer.figures.minimum_out <= landed.fill.tokens_received
        assert THRESHOLD < before - bench.lamports() < 100 * SOL


@pytest.mark.parametrize(("kind", "spare"), [("spl", 0), ("fees_in_coins", 3)])
async def test_a_curves_fee_is_told_to_the_lamport(kind: str, spare: int) -> None:
    """One percent of 0.1 SOL; of a fee in coins, its worth, each share rounded down."""
    async with launched(kind) as (bench, mint):
        order = bench.order(mint)
        _, landed = await bench.buy(order)
        charged = bench.router.charged("meteora_dbc", landed.transaction, order)
        assert 1_000_000 - spare <= charged.protocol + charged.creator <= 1_000_000
        assert charged.lp == 0 < charged.protocol < charged.creator


@pytest.mark.parametrize(("collects", "spare"), [(1, 0), (2, 0), (0, 3)])
async def test_a_pools_fee_is_told_to_the_lamport(collects: int, spare: int) -> None:
    terms = Terms(collects=collects, compounding_bps=5_000 if collects == 2 else 0)
    async with pooled(terms) as (bench, mint):
        order = bench.order(mint)
        _, landed = await bench.buy(order)
        charged = bench.router.charged("meteora_damm_v2", landed.transaction, order)
        assert 1_000_000 - spare <= charged.protocol + charged.lp <= 1_000_000
        assert charged.creator == 0 < charged.protocol < charged.lp


async def test_a_complete_curve_is_waited_for() -> None:
    async with launched("spl") as (bench, mint):
        await bench.buy(bench.order(mint, lamports=150 * SOL))
        with pytest.raises(Retryable, match="its launch curve is complete"):
            await bench.router.quote(bench.order(mint))


async def test_a_curve_that_completes_meanwhile_is_looked_at_again() -> None:
    async with launched("spl") as (bench, mint):
        plan = await bench.plan(bench.order(mint), "meteora_dbc")
        await bench.buy(bench.order(mint, lamports=150 * SOL))
        tried, transaction = await bench.try_out(bench.order(mint), plan, 1)
        refusal = bench.router.refusal(tried.error, transaction)
        assert isinstance(refusal, MovedOn), tried.logs


async def test_an_order_that_a_rivals_buy_left_no_room_for_is_never_filled_in_part() -> None:
    """It was to be spent in full, and the curve now ends within it."""
    async with launched("spl") as (bench, mint):
        order = bench.order(mint, lamports=60 * SOL)
        plan = await bench.plan(order, "meteora_dbc")
        assert plan.expected_out is not None
        await bench.buy(bench.order(mint, lamports=50 * SOL))
        tried, transaction = await bench.try_out(order, plan, plan.expected_out * 99 // 100)
        refusal = bench.router.refusal(tried.error, transaction)
        assert isinstance(refusal, MovedOn), tried.logs


async def test_a_curve_of_an_unknown_launchpad_is_left_to_jupiter() -> None:
    market = CURVES["spl"]
    async with chain_with(market.needs) as bench:
        foreign = replace(market.launch, name="foreign")
        meteora_dbc.create_config(bench.ground, foreign)
        mint = launch_coin(bench.ground, foreign)
        assert bench.ground.data(
            Pubkey.from_string(pool_address(str(foreign.config.pubkey()), mint))
        )
        with pytest.raises(Refused, match="it has no pool for this token"):
            await bench.router.quote(bench.order(mint, platform="meteora_dbc"))


@pytest.mark.parametrize("kind", ["dynamic", "falling", "limited"])
async def test_an_empty_wallet_gets_an_estimate_that_says_so(kind: str) -> None:
    async with launched(kind, lamports=10_000_000) as (bench, mint):
        order = bench.order(mint, lamports=3 * SOL)
        estimate = await bench.router.quote(order)
        assert estimate.reason.endswith(ESTIMATE)
        bench.ground.give(bench.buyer.pubkey(), 50 * SOL)
        tried = await bench.router.quote(order)
        assert ESTIMATE not in tried.reason
        assert abs(estimate.expected_out - tried.expected_out) * 200 <= tried.expected_out


@pytest.mark.parametrize("terms", [Terms(is_dynamic=True), meteora_damm_v2.MARKETS[-1].terms])
async def test_an_empty_wallet_gets_a_pools_estimate_too(terms: Terms) -> None:
    async with pooled(terms, lamports=10_000_000) as (bench, mint):
        estimate = await bench.router.quote(bench.order(mint))
        bench.ground.give(bench.buyer.pubkey(), SOL)
        tried = await bench.router.quote(bench.order(mint))
        assert estimate.reason.endswith(ESTIMATE)
        assert abs(estimate.expected_out - tried.expected_out) * 200 <= tried.expected_out


async def test_a_fee_of_the_token_is_taken_off_to_the_base_unit() -> None:
    """The program holds the minimum against what arrives, as the quote does."""
    extension = token_2022.transfer_fee(Pubkey.new_unique(), 250, 2**64 - 1)
    terms = Terms(program=TOKEN_2022_PROGRAM, extensions=(extension,))
    async with pooled(terms) as (bench, mint):
        order = replace(bench.order(mint), slippage_bps=0)
        offer, landed = await bench.buy(order)
        assert offer.figures.reason.endswith("the token itself keeps 250 bps of each transfer")
        assert offer.figures.expected_out == landed.fill.tokens_received
        plan = await bench.plan(order, "meteora_damm_v2")
        offer = await bench.router.offer(order)
        beyond, transaction = await bench.try_out(order, plan, offer.figures.expected_out + 1)
        assert Code.SLIPPAGE_EXCEEDED == bench.router.refusal(beyond.error, transaction).code


async def test_a_closed_pool_is_not_chosen_and_one_that_closes_is_looked_at_again() -> None:
    async with pooled(Terms()) as (bench, mint):
        plan = await bench.plan(bench.order(mint), "meteora_damm_v2")
        pool = Pubkey.from_string(pools_of(mint)[0])
        data = bytearray(bench.ground.data(pool))
        data[481] = 1
        bench.ground.put(pool, DAMM_V2, bytes(data))
        tried, transaction = await bench.try_out(bench.order(mint), plan, 1)
        assert isinstance(bench.router.refusal(tried.error, transaction), MovedOn)
        with pytest.raises(Refused, match="its owner has closed the pool"):
            await bench.router.quote(bench.order(mint, platform="meteora_damm_v2"))


async def test_a_dust_pool_does_not_win() -> None:
    async with pooled(Terms(lamports=SOL // 2)) as (bench, mint):
        with pytest.raises(Retryable, match="Platform unavailable"):
            await bench.router.quote(bench.order(mint))


async def test_an_order_beyond_the_pools_price_range_is_refused_with_the_reason() -> None:
    async with pooled(Terms()) as (bench, mint):
        pool = Pubkey.from_string(pools_of(mint)[0])
        data = bytearray(bench.ground.data(pool))
        data[440:456] = (int.from_bytes(data[456:472], "little") * 1_001 // 1_000).to_bytes(
            16, "little"
        )
        bench.ground.put(pool, DAMM_V2, bytes(data))
        with pytest.raises(Refused, match="price range ends there"):
            await bench.router.quote(bench.order(mint, 4 * SOL, METEORA_DAMM_V2))
