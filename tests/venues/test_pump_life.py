"""A pump.fun coin from its first buy on the curve to a buy at its pool, through the router."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from solders.pubkey import Pubkey

from buyqueue.errors import Code, Refused, Retryable
from sandbox.solana.node import LocalNode
from streams.chain.rent import rent_exemption
from streams.chain.transactions import read_unsigned
from streams.platforms.failures import MovedOn
from streams.platforms.pump_volume import volume_of
from tests.venues.bench import Bench, bench_on
from tests.venues.ground import SOL, Ground
from tests.venues.programs import missing
from tests.venues.pump.coins import (
    TOKEN,
    TOKEN_2022,
    create_spl,
    create_v2,
    curve_of,
    migrate,
    patch,
)
from tests.venues.pump.curves import CURVES
from tests.venues.pump.pools import complete
from tests.venues.pump.state import AMM, PUMP, amm_world, derived, named, several

KINDS = pytest.mark.parametrize(
    ("create", "program"), [(create_spl, TOKEN), (create_v2, TOKEN_2022)], ids=["spl", "token-2022"]
)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A chain of the test's own, and a buyer with 500 SOL."""
    if why := missing(CURVES[0].needs):
        pytest.skip(why)
    async with LocalNode(paused=True) as node, aiohttp.ClientSession() as session:
        ground = Ground(node)
        ground.give(ground.maker.pubkey(), 1_000 * SOL)
        ground.load(CURVES[0].needs)
        CURVES[0].prepare(ground)
        yield bench_on(ground, session, 500 * SOL)


@KINDS
async def test_a_coin_is_followed_from_its_curve_to_its_pool(
    bench: Bench, create: type, program: Pubkey
) -> None:
    mint = create(bench.ground)
    order = bench.order(str(mint), SOL)
    offer, _ = await bench.buy(order)
    figures = offer.figures
    assert ("pumpfun", "open") == (figures.platform, figures.candidates[0].standing)
    assert "its curve is open and holds 0.0 SOL" in figures.reason

    rest, landed = await bench.buy(bench.order(str(mint), 200 * SOL))
    assert "pumpfun" == rest.figures.platform
    assert rest.figures.expected_out == landed.fill.tokens_received
    assert rest.figures.lamports_in == landed.fill.price_lamports < 90 * SOL
    assert landed.fill.lamports_spent < 90 * SOL

    with pytest.raises(Retryable, match="complete") as caught:
        await bench.router.quote(order)
    assert Code.NO_ROUTE == caught.value.code

    waiting = asyncio.create_task(bench.router.offer(order))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    migrate(bench.ground, mint, program)
    async with asyncio.timeout(10):
        moved = await waiting
    assert ("pumpswap", "open") == (moved.figures.platform, moved.figures.candidates[0].standing)
    assert "the deepest pool; its pool holds" in moved.figures.reason
    filled = await bench.land(order, moved)
    assert moved.figures.expected_out == filled.fill.tokens_received


async def test_a_curve_that_completes_after_the_quote_is_looked_at_again(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    order = bench.order(str(mint), SOL)
    offer = await bench.router.offer(order)
    plan = await bench.plan(order, "pumpfun")
    complete(bench.ground, mint)
    late, transaction = await bench.try_out(order, plan, 0)
    assert isinstance(bench.router.refusal(late.error, transaction), MovedOn)
    with pytest.raises(MovedOn):
        await bench.guard(order, offer)
    migrate(bench.ground, mint, TOKEN)
    again, _ = await bench.buy(order)
    assert "pumpswap" == again.figures.platform


async def test_a_named_venue_that_does_not_trade_the_coin_is_an_error(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    with pytest.raises(Refused, match=r"pumpswap does not trade .* Try: pumpfun") as caught:
        await bench.router.offer(bench.order(str(mint), platform="pumpswap"))
    assert Code.INVALID_PLATFORM == caught.value.code


async def test_a_program_whose_buys_are_off_is_not_chosen(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    complete(bench.ground, mint)
    migrate(bench.ground, mint, TOKEN)
    off = amm_world(bench.ground.maker.pubkey(), disabled=1 << 3)
    bench.ground.put(derived(AMM, b"global_config"), AMM, off)
    with pytest.raises(Refused, match="switched off"):
        await bench.router.offer(bench.order(str(mint), platform="pumpswap"))


async def test_the_fees_of_the_programs_own_events_are_what_the_buyer_paid(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    order = bench.order(str(mint), SOL)
    for _ in range(2):
        _, landed = await bench.buy(order)
    curve = bench.router.charged("pumpfun", landed.transaction, order)
    assert (SOL * 95 // 10_125, SOL * 30 // 10_125, 0) == pytest.approx(
        (curve.protocol, curve.creator, curve.lp), abs=1
    )
    complete(bench.ground, mint)
    migrate(bench.ground, mint, TOKEN)
    for _ in range(2):
        _, landed = await bench.buy(order)
    pool = bench.router.charged("pumpswap", landed.transaction, order)
    # The coin is worth more than 420 SOL by now: the second tier.
    assert (SOL * 5 // 10_120, SOL * 95 // 10_120, SOL * 20 // 10_120) == pytest.approx(
        (pool.protocol, pool.creator, pool.lp), abs=1
    )


async def test_an_order_that_buys_nothing_is_refused(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    with pytest.raises(Refused) as caught:
        await bench.router.offer(replace(bench.order(str(mint)), lamports=1))
    assert Code.INVALID_AMOUNT == caught.value.code


async def test_a_whole_buy_carries_the_callers_priority_fee(bench: Bench) -> None:
    mint = create_v2(bench.ground)
    order = bench.order(str(mint))
    offer, landed = await bench.buy(order)
    assert read_unsigned(offer.transaction, order.wallet).signature_count == 1
    assert order.priority_fee_lamports - 1 <= landed.fill.fees.priority
    assert landed.fill.fees.priority <= order.priority_fee_lamports


@pytest.mark.parametrize("size", [73, 90, 106, 122])
async def test_a_wallet_whose_volume_account_is_old_has_it_lengthened(
    bench: Bench, size: int
) -> None:
    mint = create_spl(bench.ground)
    order = bench.order(str(mint), SOL)
    for venue, program in (("pumpfun", PUMP), ("pumpswap", AMM)):
        await bench.buy(order)
        patch(bench.ground, volume_of(bench.wallet, program), {}, size)
        before = bench.lamports()
        offer, landed = await bench.buy(order)
        assert (venue, None) == (offer.figures.platform, landed.fill.error)
        assert rent_exemption(137) - rent_exemption(size) == offer.figures.fees.rent
        spent = before - bench.lamports() - offer.figures.fees.rent - 25_000
        assert order.lamports - 10 <= spent <= order.lamports
        if venue == "pumpfun":
            complete(bench.ground, mint)
            migrate(bench.ground, mint, TOKEN)


@pytest.mark.parametrize("size", [81, 125, 150])
async def test_an_old_curve_is_lengthened_at_the_buyers_cost_whatever_it_holds(
    bench: Bench, size: int
) -> None:
    mint = create_spl(bench.ground)
    order = bench.order(str(mint), SOL)
    await bench.buy(order)
    patch(bench.ground, curve_of(mint), {}, size)
    before = bench.lamports()
    offer, _ = await bench.buy(order)
    assert rent_exemption(166) - rent_exemption(size) == offer.figures.fees.rent
    spent = before - bench.lamports() - offer.figures.fees.rent - 25_000
    assert order.lamports - 10 <= spent <= order.lamports


async def test_fee_recipients_that_change_after_the_quote_are_read_again(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    order = bench.order(str(mint), SOL)
    plan = await bench.plan(order, "pumpfun")
    new = {41: bytes(named("other")), 162: several("other", 7)}
    patch(bench.ground, derived(PUMP, b"global"), new)
    late, transaction = await bench.try_out(order, plan, 0)
    assert isinstance(bench.router.refusal(late.error, transaction), MovedOn)
    _, landed = await bench.buy(order)
    assert landed.fill.error is None


async def test_a_curve_that_does_not_take_sol_is_not_bought_on(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    patch(bench.ground, curve_of(mint), {83: bytes(named("a dollar"))})
    with pytest.raises(Refused, match="not SOL") as caught:
        await bench.router.offer(bench.order(str(mint), platform="pumpfun"))
    assert Code.INVALID_PLATFORM == caught.value.code


async def test_a_caller_who_takes_any_price_buys_too(bench: Bench) -> None:
    mint = create_spl(bench.ground)
    order = replace(bench.order(str(mint), SOL), slippage_bps=10_000)
    offer, landed = await bench.buy(order)
    assert (0, None) == (offer.figures.minimum_out, landed.fill.error)
    complete(bench.ground, mint)
    migrate(bench.ground, mint, TOKEN)
    offer, landed = await bench.buy(order)
    assert (0, None, "pumpswap") == (
        offer.figures.minimum_out, landed.fill.error, offer.figures.platform
    )  # fmt: skip
