"""A chain for each market, and a buyer for each test."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.solana.node import LocalNode
from tests.venues.bench import Bench, bench_on
from tests.venues.ground import SOL, Ground
from tests.venues.market import Market
from tests.venues.markets import MARKETS
from tests.venues.programs import missing


@pytest.fixture(scope="module", params=MARKETS, ids=lambda market: market.name)
def market(request: pytest.FixtureRequest) -> Market:
    """Each market whose programs are there."""
    asked: Market = request.param
    if why := missing(asked.needs):
        pytest.skip(why)
    return asked


@pytest.fixture(scope="module")
async def ground(market: Market) -> AsyncIterator[Ground]:
    """A paused chain with the market's programs, configured."""
    async with LocalNode(paused=True) as node:
        made = Ground(node)
        made.give(made.maker.pubkey(), 100_000 * SOL)
        made.load(market.needs)
        market.prepare(made)
        yield made


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.fixture
def mint(market: Market, ground: Ground) -> str:
    """A new coin of the market."""
    return market.open(ground)


@pytest.fixture
def bench(ground: Ground, session: aiohttp.ClientSession) -> Bench:
    """A new buyer with 50 SOL."""
    return bench_on(ground, session)
