"""The priority fee and the tip of a transaction that we build ourselves, on every venue."""

from base64 import b64decode
from dataclasses import replace

from solders.pubkey import Pubkey

from buyqueue.clock import SystemClock
from streams.chain.tips import Tip
from streams.chain.transactions import MAX_BYTES
from streams.platforms.router import Router
from tests.unit.platforms.nobody import NOBODY
from tests.venues.bench import TRADERS, Bench
from tests.venues.market import Market

TIP = 1_000_000


async def test_a_tip_fits_in_and_is_given_and_told(bench: Bench, market: Market, mint: str) -> None:
    account = str(Pubkey.new_unique())
    tip = Tip(TIP, (account,))
    router = Router(bench.nodes, TRADERS, NOBODY, SystemClock(), tip)
    offer, landed = await replace(bench, router=router).buy(bench.order(mint))
    assert (None, TIP, TIP) == (landed.fill.error, offer.figures.fees.tip, bench.lamports(account))
    assert market.venue == offer.figures.platform
    assert len(b64decode(offer.transaction)) <= MAX_BYTES


async def test_the_priority_fee_is_the_budget_or_what_the_accounts_cost(
    bench: Bench, market: Market, mint: str
) -> None:
    order = bench.order(mint)
    offer, landed = await bench.buy(order)
    assert (offer.figures.platform, offer.figures.fees.priority) == (
        market.venue, landed.fill.fees.priority,
    )  # fmt: skip
    assert order.priority_fee_lamports >= landed.fill.fees.priority
    assert order.priority_fee_lamports - 2 <= landed.fill.fees.priority
    bench.ground.chain.advance(160)
    auto = replace(order, priority="auto")
    offer, landed = await bench.buy(auto)
    assert (0, 0) == (offer.figures.fees.priority, landed.fill.fees.priority)
