"""What every venue keeps to, on its real program."""

from base64 import b64decode
from dataclasses import replace
from uuid import UUID

import aiohttp
from solders.pubkey import Pubkey

from buyqueue.errors import Code
from buyqueue.mints import TOKEN_PROGRAMS
from streams.chain.accounts import associated_token_account
from streams.chain.transactions import MAX_BYTES, read_unsigned, writable_keys
from tests.venues.bench import Bench, bench_on
from tests.venues.ground import SOL, Ground
from tests.venues.market import Market

GIFT = 890_880
"""Lamports: the least that an account can be sent and stay (rent exemption without data)."""
SAME_CHOICE = 8 * 7 * 6 * 5
"""Jobs so far apart choose the same of a venue's fee accounts."""
DUST = 10
"""Lamports of an order that integer fees may leave unspent."""


async def test_a_quote_is_what_is_filled(bench: Bench, market: Market, mint: str) -> None:
    order = bench.order(mint)
    quoted = await bench.router.quote(order)
    offer, landed = await bench.buy(order)
    assert (None, market.venue) == (landed.fill.error, offer.figures.platform)
    assert offer.figures.expected_out == quoted.expected_out
    received = landed.fill.tokens_received
    if market.exact:
        assert offer.figures.expected_out == received
    assert offer.figures.minimum_out <= received


async def test_where_a_coin_trades_is_found_in_one_read(
    ground: Ground, session: aiohttp.ClientSession, market: Market, mint: str
) -> None:
    calls: list[str] = []
    watched = bench_on(ground, session, observe=lambda *told: calls.append(told[1]))
    look = await watched.router._look(watched.order(mint))
    assert ["getMultipleAccounts"] == calls
    assert [market.venue] == [one.venue for one in look.found]


async def test_one_unit_more_than_is_paid_out_is_slippage(
    bench: Bench, market: Market, mint: str
) -> None:
    order = replace(bench.order(mint), slippage_bps=0)
    offer = await bench.router.offer(order)
    plan = await bench.plan(order, market.venue)
    fits, _ = await bench.try_out(order, plan, offer.figures.expected_out)
    assert fits.error is None, fits.logs
    beyond, transaction = await bench.try_out(order, plan, offer.figures.expected_out + 1)
    refusal = bench.router.refusal(beyond.error, transaction)
    assert Code.SLIPPAGE_EXCEEDED == refusal.code, beyond.logs


async def test_every_lamport_that_leaves_the_wallet_is_told(
    bench: Bench, market: Market, mint: str
) -> None:
    order, before = bench.order(mint), bench.lamports()
    offer, landed = await bench.buy(order)
    spent, fees = before - bench.lamports(), landed.fill.fees
    assert spent == landed.fill.lamports_spent
    quoted = offer.figures.fees
    swapped = spent - fees.network - fees.priority - quoted.rent
    assert order.lamports - DUST <= swapped <= order.lamports
    charged = bench.router.charged(market.venue, landed.transaction, order)
    assert 0 <= charged.protocol + charged.creator + charged.lp < order.lamports // 10
    if quoted.venue_bps:
        assert charged.protocol + charged.creator + charged.lp > 0


async def test_a_second_buy_pays_no_rent_again(bench: Bench, market: Market, mint: str) -> None:
    order = bench.order(mint)
    await bench.buy(order)
    before = bench.lamports()
    offer, landed = await bench.buy(order)
    assert 0 == offer.figures.fees.rent
    spent = before - bench.lamports()
    assert spent <= order.lamports + landed.fill.fees.network + landed.fill.fees.priority
    if market.exact:
        assert offer.figures.expected_out == landed.fill.tokens_received


async def test_a_wrapped_account_of_the_buyers_own_is_kept(bench: Bench, mint: str) -> None:
    bench.wrap(SOL)
    await bench.buy(bench.order(mint))
    held = bench.tokens(bench.wrapped)
    assert held is not None
    assert SOL <= held <= SOL + DUST


async def test_a_wrapped_account_that_the_buy_opened_is_closed(bench: Bench, mint: str) -> None:
    await bench.buy(bench.order(mint))
    assert bench.tokens(bench.wrapped) is None
    opened = [associated_token_account(bench.wallet, mint, one) for one in TOKEN_PROGRAMS]
    assert 1 == sum(bench.tokens(account) is not None for account in opened)


async def test_lamports_that_a_stranger_sent_ahead_open_no_account(
    bench: Bench, market: Market, mint: str
) -> None:
    order = bench.order(mint)
    plan = await bench.plan(order, market.venue)
    alone = await bench.router.offer(order)
    for address in writable_keys(read_unsigned(alone.transaction, order.wallet)):
        if bench.lamports(address) == 0:
            bench.ground.give(Pubkey.from_string(address), GIFT)
    before = bench.lamports()
    offer, landed = await bench.buy(order)
    assert GIFT <= alone.figures.fees.rent - offer.figures.fees.rent
    assert 0 < landed.fill.tokens_received
    assert not plan.wrap_lamports or bench.lamports(bench.wrapped) == 0
    assert before - bench.lamports() == landed.fill.lamports_spent


async def test_the_transaction_fits_a_packet_and_its_own_limit(bench: Bench, mint: str) -> None:
    order = bench.order(mint)
    offer, landed = await bench.buy(order)
    assert len(b64decode(offer.transaction)) <= MAX_BYTES
    message = read_unsigned(offer.transaction, order.wallet).transaction.message
    limit = int.from_bytes(bytes(message.instructions[0].data)[1:5], "little")
    used = landed.transaction["meta"]["computeUnitsConsumed"]
    assert used <= limit <= used * 13 // 10


async def test_like_orders_of_a_wallet_are_different_transactions(bench: Bench, mint: str) -> None:
    """NB: both ids choose the same fee accounts, and no slot passes."""
    order = bench.order(mint)
    offer, same = await bench.router.offer(order), await bench.router.offer(order)
    like = await bench.router.offer(replace(order, job_id=UUID(int=1 + SAME_CHOICE)))
    assert offer.transaction == same.transaction
    assert offer.transaction != like.transaction
    assert offer.figures == like.figures
