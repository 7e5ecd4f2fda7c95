"""Our integers against pump.fun's own programs: reserves, rates and amounts made by hypothesis."""

import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from sandbox.solana.node import LocalNode
from streams.chain.instructions import create_token_account, wrap
from streams.platforms.pump_fees import FEE_PROGRAM, read_schedule
from streams.platforms.pumpfun import accounts as curve_accounts
from streams.platforms.pumpfun import instructions as curve_instructions
from streams.platforms.pumpfun import pricing as curve_pricing
from streams.platforms.pumpswap import accounts as pool_accounts
from streams.platforms.pumpswap import instructions as pool_instructions
from streams.platforms.pumpswap import pricing as pool_pricing
from tests.venues.cases import Cases
from tests.venues.ground import SOL, Ground
from tests.venues.programs import missing
from tests.venues.pump.coins import TOKEN, account, create_spl, curve_of, migrate
from tests.venues.pump.curves import CURVES
from tests.venues.pump.pools import complete
from tests.venues.pump.state import AMM, FEES, PUMP, derived, named, schedule, several

CASES = 2_000
QUICK = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BUYBACK = Pubkey(several("buyback", 8)[:32])
RATE = st.integers(0, 500)
TIERS = st.lists(
    st.tuples(st.integers(0, 10**13), st.tuples(RATE, RATE, RATE)), min_size=1, max_size=4
).map(lambda tiers: tuple(sorted(tiers)))
LAMPORTS = st.integers(1, 30 * SOL)


@dataclass(frozen=True)
class Table:
    """One coin, and a wallet that has bought it: no account has to be opened."""

    cases: Cases
    mint: Pubkey

    @property
    def wallet(self) -> Pubkey:
        return self.cases.ground.maker.pubkey()

    @property
    def held(self) -> Pubkey:
        return account(self.wallet, self.mint, TOKEN)

    @property
    def supply(self) -> int:
        seen = self.cases.seen(str(self.mint))
        assert seen is not None
        return int(struct.unpack_from("<Q", seen.data, 36)[0])

    def owned(self, key: Pubkey) -> bytes:
        seen = self.cases.seen(str(key))
        assert seen is not None
        return seen.data


@pytest.fixture(scope="module")
async def ground() -> AsyncIterator[Ground]:
    if why := missing(CURVES[0].needs):
        pytest.skip(why)
    async with LocalNode(paused=True) as node:
        made = Ground(node)
        made.give(made.maker.pubkey(), 100_000 * SOL)
        made.load(CURVES[0].needs)
        CURVES[0].prepare(made)
        yield made


@pytest.fixture(scope="module")
def curve(ground: Ground) -> Table:
    mint = create_spl(ground)
    table = Table(Cases(ground), mint)
    trade = curve_trade(table)
    opened = create_token_account(str(table.wallet), str(mint), str(TOKEN))
    ground.send(opened, curve_instructions.buy_exact_in(trade, SOL, 1))
    return table


@pytest.fixture(scope="module")
def pool(ground: Ground) -> Table:
    mint = create_spl(ground)
    complete(ground, mint)
    migrate(ground, mint, TOKEN)
    table = Table(Cases(ground), mint)
    ground.send(*wrap(str(table.wallet), 40 * SOL))
    ground.send(pool_instructions.buy_exact_in(pool_trade(table, pays_creator=True), SOL, 1))
    return table


def curve_trade(table: Table) -> curve_instructions.Trade:
    return curve_instructions.Trade(
        str(table.wallet), str(table.mint), str(TOKEN), table.wallet, named("fee"), BUYBACK
    )


def pool_trade(table: Table, *, pays_creator: bool) -> pool_instructions.Trade:
    recipient = Pubkey(several("protocol", 8)[:32])
    return pool_instructions.Trade(
        wallet=str(table.wallet), mint=str(table.mint), token_program=str(TOKEN),
        coin_creator=table.wallet, pays_creator=pays_creator, is_cashback=False, is_mayhem=False,
        fee_recipient=recipient, buyback_recipient=BUYBACK,
    )  # fmt: skip


@seed(20261124)
@QUICK
@given(
    virtual_token=st.integers(10**12, 2 * 10**15),
    virtual_quote=st.integers(10 * SOL, 500 * SOL),
    share=st.integers(1, 99),
    tiers=TIERS,
    own_fee=st.one_of(st.just(0), st.integers(1, 500)),
    lamports=LAMPORTS,
)
def test_the_curves_price_is_the_programs(
    curve: Table, virtual_token: int, virtual_quote: int, share: int,
    tiers: tuple[tuple[int, tuple[int, int, int]], ...], own_fee: int, lamports: int,
) -> None:  # fmt: skip
    cases, key = curve.cases, curve_of(curve.mint)
    real_token = virtual_token * share // 100
    reserves = struct.pack("<4Q", virtual_token, virtual_quote, real_token, 50 * SOL)
    cases.write(key, {8: reserves, 115: struct.pack("<Q", own_fee)}, 1_000 * SOL)
    vault = account(key, curve.mint, TOKEN)
    cases.write(vault, {64: struct.pack("<Q", 2 * 10**15)})
    config = derived(FEES, b"fee_config", bytes(PUMP))
    cases.write(config, {0: schedule(PUMP, tiers)})

    told = read_schedule(curve.owned(config))
    assert told is not None
    state = curve_accounts.read_curve(curve.owned(key))
    world = curve_accounts.read_global(curve.owned(curve_accounts.GLOBAL))
    rates = curve_pricing.rates_of(state, world, told, curve.supply)
    priced = curve_pricing.price(state, rates, lamports)
    trade = curve_trade(curve)
    tokens = priced.tokens if priced else 0
    if priced and priced.takes_rest:
        instruction = curve_instructions.buy_exact_out(trade, tokens, lamports)
    else:
        instruction = curve_instructions.buy_exact_in(
            trade, lamports, priced.tokens if priced else 0
        )
    before = struct.unpack_from("<Q", curve.owned(curve.held), 64)[0]
    tried = cases.buy(curve.wallet, curve.held, instruction)
    if priced is None:
        assert tried.error is not None or tried.tokens == before
        return
    assert tried.error is None, tried.logs
    assert (tokens, priced.split.spent) == (tried.tokens - before, tried.lamports - 5_000)


@seed(20261124)
@QUICK
@given(
    base=st.integers(10**9, 10**15),
    quote=st.integers(5 * SOL, 5_000 * SOL),
    virtual=st.integers(-4 * SOL, 100 * SOL),
    tiers=TIERS,
    own_fee=st.one_of(st.just(0), st.integers(1, 500)),
    lamports=LAMPORTS,
)
def test_the_pools_price_is_the_programs(
    pool: Table, base: int, quote: int, virtual: int,
    tiers: tuple[tuple[int, tuple[int, int, int]], ...], own_fee: int, lamports: int,
) -> None:  # fmt: skip
    cases, key = pool.cases, pool_accounts.pool_of(str(pool.mint))
    extra = virtual.to_bytes(16, "little", signed=True) + struct.pack("<Q", own_fee)
    cases.write(key, {245: extra})
    cases.write(account(key, pool.mint, TOKEN), {64: struct.pack("<Q", base)})
    rent = 2_039_280
    cases.write(pool_instructions.quote_of(key), {64: struct.pack("<Q", quote)}, quote + rent)
    config = derived(FEES, b"fee_config", bytes(AMM))
    cases.write(config, {0: schedule(AMM, tiers)})

    told = read_schedule(pool.owned(config))
    assert told is not None
    state = pool_accounts.read_pool(pool.owned(key))
    world = pool_accounts.read_global(pool.owned(pool_accounts.GLOBAL_CONFIG))
    reserves = pool_pricing.Reserves(base, quote + virtual)
    rates = pool_pricing.rates_of(state, world, told, reserves, pool.supply)
    priced = pool_pricing.price(reserves, rates, lamports)
    pays = priced is not None and priced.split.creator > 0
    trade = pool_trade(pool, pays_creator=pays)
    tokens = priced.tokens if priced else 0
    before = struct.unpack_from("<Q", pool.owned(pool.held), 64)[0]
    instruction = pool_instructions.buy_exact_in(trade, lamports, tokens)
    tried = cases.buy(pool.wallet, pool.held, instruction)
    if priced is None:
        assert tried.error is not None
        return
    assert tried.error is None, tried.logs
    assert tokens == tried.tokens - before


def test_the_schedules_account_is_the_fee_programs() -> None:
    assert FEE_PROGRAM == str(FEES)
