"""Our integers against Raydium's own programs: reserves, debts, rates, amounts of hypothesis."""

import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from buyqueue.mints import TOKEN_PROGRAM
from sandbox.solana.node import LocalNode
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.raydium_amm_v4 import accounts as v4
from streams.platforms.raydium_amm_v4 import instructions as v4_instructions
from streams.platforms.raydium_amm_v4 import pricing as v4_pricing
from streams.platforms.raydium_cpmm import accounts as cpmm
from streams.platforms.raydium_cpmm import instructions as cpmm_instructions
from streams.platforms.raydium_cpmm import pricing as cpmm_pricing
from tests.venues import raydium_amm_v4, raydium_cpmm
from tests.venues.cases import Cases
from tests.venues.coins import wrap_sol
from tests.venues.ground import SOL, Ground
from tests.venues.programs import missing
from tests.venues.raydium_amm_v4 import AmmV4Market
from tests.venues.raydium_cpmm import CpmmMarket

CASES = 2_000
RENT = 2_039_280
MANY = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def scaled(lowest: int, highest: int) -> st.SearchStrategy[int]:
    """Numbers of any size between two powers of two."""
    return st.integers(lowest, highest - 1).flatmap(lambda n: st.integers(2**n, 2 ** (n + 1) - 1))


RESERVES = st.tuples(scaled(10, 55), scaled(10, 60))
"""Lamports and coins, without what is owed."""
OWED = st.tuples(st.integers(0, 2**40), st.integers(0, 2**40))
LAMPORTS = scaled(0, 45)


@dataclass
class Table:
    """Two coins: by one the pool has wrapped SOL first, by the other second."""

    cases: Cases
    mints: Sequence[str]
    agreed: int = 0
    """Cases in which the program swapped."""

    @property
    def wallet(self) -> Pubkey:
        return self.cases.ground.maker.pubkey()

    def hold(self, account: str, amount: int, *, is_wrapped: bool) -> None:
        lamports = RENT + amount if is_wrapped else None
        key = Pubkey.from_string(account)
        self.cases.write(key, {64: struct.pack("<Q", amount)}, lamports)

    def purse(self, mint: str, lamports: int) -> Pubkey:
        """Give the wallet so much wrapped SOL and no coins; answer where coins arrive."""
        mine = str(self.wallet)
        self.hold(
            associated_token_account(mine, WRAPPED_SOL, TOKEN_PROGRAM), lamports, is_wrapped=True
        )
        coins = associated_token_account(mine, mint, TOKEN_PROGRAM)
        self.hold(coins, 0, is_wrapped=False)
        return Pubkey.from_string(coins)

    def data(self, key: str) -> bytes:
        seen = self.cases.seen(key)
        assert seen is not None
        return seen.data


@asynccontextmanager
async def table_of(
    first: CpmmMarket | AmmV4Market,
    second: CpmmMarket | AmmV4Market,
) -> AsyncIterator[Table]:
    if why := missing(first.needs):
        pytest.skip(why)
    async with LocalNode(paused=True) as node:
        ground = Ground(node)
        ground.give(ground.maker.pubkey(), 100_000 * SOL)
        ground.load(first.needs)
        first.prepare(ground)
        mints = [market.open(ground) for market in (first, second)]
        wrap_sol(ground, SOL)
        yield Table(Cases(ground), mints)


@pytest.fixture(scope="module")
async def cpmm_table() -> AsyncIterator[Table]:
    async with table_of(raydium_cpmm.MARKETS[0], raydium_cpmm.MARKETS[1]) as table:
        yield table
        assert table.agreed > CASES // 2


@pytest.fixture(scope="module")
async def v4_table() -> AsyncIterator[Table]:
    async with table_of(raydium_amm_v4.MARKETS[0], raydium_amm_v4.MARKETS[1]) as table:
        yield table
        assert table.agreed > CASES // 2


@MANY
@given(
    which=st.integers(0, 1),
    held=RESERVES,
    owed=OWED,
    fund=OWED,
    rate=st.integers(0, 999_999),
    lamports=LAMPORTS,
)
def test_a_cpmm_pool_gives_what_we_say(
    cpmm_table: Table,
    which: int,
    held: tuple[int, int],
    owed: tuple[int, int],
    fund: tuple[int, int],
    rate: int,
    lamports: int,
) -> None:
    table, cases, mint = cpmm_table, cpmm_table.cases, cpmm_table.mints[which]
    place = cpmm.places(mint)[0]
    debts = struct.pack("<4Q", *owed, *fund)
    cases.write(Pubkey.from_string(place.pool), {341: debts})
    cases.write(Pubkey.from_string(place.config), {12: struct.pack("<Q", rate)})
    pool, config = cpmm.pool_of(table.data(place.pool)), cpmm.config_of(table.data(place.config))
    assert pool is not None
    assert config is not None
    vaults = held[0] + pool.owed[pool.sol], held[1] + pool.owed[1 - pool.sol]
    table.hold(place.vaults[0], vaults[0], is_wrapped=True)
    table.hold(place.vaults[1], vaults[1], is_wrapped=False)
    arriving = table.purse(mint, lamports)
    reserves = cpmm_pricing.reserves(pool, *vaults)
    assert held == (reserves.lamports, reserves.coins)
    ours = cpmm_pricing.buy(pool, config, reserves, lamports)
    swap = cpmm_instructions.swap_base_input(str(table.wallet), place.pool, pool, lamports, 0)
    theirs = cases.buy(table.wallet, arriving, swap)
    if theirs.error is not None:
        assert 0 == ours.out, theirs.logs
        return
    assert ours.out == theirs.tokens
    table.agreed += 1


@MANY
@given(
    which=st.integers(0, 1), held=RESERVES, owed=OWED, fee=st.integers(0, 9_999), lamports=LAMPORTS
)
def test_an_amm_v4_pool_gives_what_we_say(
    v4_table: Table,
    which: int,
    held: tuple[int, int],
    owed: tuple[int, int],
    fee: int,
    lamports: int,
) -> None:
    table, cases, mint = v4_table, v4_table.cases, v4_table.mints[which]
    place = v4.place_of(raydium_amm_v4.MARKETS_OF[mint])
    terms = struct.pack("<4Q", fee, 10_000, *owed)
    cases.write(Pubkey.from_string(place.pool), {176: terms})
    pool = v4.pool_of(table.data(place.pool))
    assert pool is not None
    amounts = held if pool.sol == 0 else (held[1], held[0])
    vaults = amounts[0] + owed[0], amounts[1] + owed[1]
    for index, vault in enumerate(pool.vaults):
        table.hold(vault, vaults[index], is_wrapped=index == pool.sol)
    arriving = table.purse(mint, lamports)
    assert held == v4_pricing.reserves(pool, vaults)
    ours = v4_pricing.buy(pool, held, lamports)
    swap = v4_instructions.swap_base_in_v2(str(table.wallet), place.pool, pool, lamports, 0)
    theirs = cases.buy(table.wallet, arriving, swap)
    if theirs.error is not None:
        assert 0 == ours.out, theirs.logs
        return
    assert ours.out == theirs.tokens
    table.agreed += 1
