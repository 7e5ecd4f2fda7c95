"""Fees that fall with time or grow with the amount, against the programs that charge them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from buyqueue.mints import TOKEN_PROGRAM
from sandbox.solana.node import LocalNode
from streams.chain.accounts import associated_token_account
from streams.chain.instructions import create_token_account
from streams.platforms.meteora.fees import EXPONENTIAL, LINEAR, RATE_LIMIT, rate
from streams.platforms.meteora_damm_v2 import accounts as damm
from streams.platforms.meteora_damm_v2.instructions import swap as damm_swap
from streams.platforms.meteora_damm_v2.pricing import buy as damm_buy
from streams.platforms.meteora_dbc import accounts as dbc
from streams.platforms.meteora_dbc.instructions import Spend
from streams.platforms.meteora_dbc.instructions import swap as dbc_swap
from streams.platforms.meteora_dbc.pricing import buy as dbc_buy
from tests.venues.cases import Cases
from tests.venues.coins import wrap_sol
from tests.venues.ground import SOL, Ground
from tests.venues.meteora_damm_v2 import Terms, open_pool
from tests.venues.meteora_dbc import Launch, create_config, launch_coin
from tests.venues.programs import missing

NEEDS = ("cp_amm", "dynamic_bonding_curve", "mpl_token_metadata")
TRY = settings(
    max_examples=1_000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Schedule:
    """A base fee, and how long ago it began; in s."""

    kind: int
    cliff: int
    steps: int
    lasts: int
    change: int
    most_bps: int
    since: int


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    kind = draw(st.sampled_from([LINEAR, EXPONENTIAL, RATE_LIMIT]))
    cliff = draw(st.integers(2_500_000, 400_000_000))
    most_bps = draw(st.integers(cliff // 100_000 + 1, 5_000))
    steps, lasts = draw(st.integers(1, 200)), draw(st.integers(1, 400))
    if kind == RATE_LIMIT:
        lasts, change = draw(st.integers(1, 40_000)), draw(st.integers(10**6, 10**11))
    elif kind == LINEAR:
        change = draw(st.integers(0, (cliff - 2_500_000) // steps))
    else:
        change = draw(st.integers(0, 500))
    return Schedule(kind, cliff, steps, lasts, change, most_bps, draw(st.integers(0, 90_000)))


@dataclass
class Shop:
    """A pool and a curve, and somebody with wrapped SOL and accounts for both coins."""

    cases: Cases
    pool_mint: str
    curve_mint: str
    config: Pubkey

    @property
    def wallet(self) -> Pubkey:
        return self.cases.ground.maker.pubkey()

    @property
    def now(self) -> int:
        return self.cases.svm.get_clock().unix_timestamp

    def account(self, mint: str) -> Pubkey:
        return Pubkey.from_string(associated_token_account(str(self.wallet), mint, TOKEN_PROGRAM))

    def data(self, key: str) -> bytes:
        return self.cases.ground.data(Pubkey.from_string(key))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    if why := missing(NEEDS):
        pytest.skip(why)
    ground = Ground(LocalNode(paused=True))
    ground.give(ground.maker.pubkey(), 100_000 * SOL)
    ground.load(NEEDS)
    launch = Launch("fees")
    create_config(ground, launch)
    curve = launch_coin(ground, launch)
    pool = open_pool(ground, Terms())
    wrap_sol(ground, 1_000 * SOL)
    ground.send(create_token_account(str(ground.maker.pubkey()), curve, TOKEN_PROGRAM))
    yield Shop(Cases(ground), pool, curve, launch.config.pubkey())
    ground.chain.close()


LAMPORTS = st.integers(10_000, 60 * SOL)


@TRY
@given(schedule=schedules(), lamports=LAMPORTS)
def test_a_pools_fee_is_what_we_say(shop: Shop, schedule: Schedule, lamports: int) -> None:
    address = damm.pools_of(shop.pool_mint)[0]
    base = struct.pack("<QB5xH", schedule.cliff, schedule.kind, schedule.steps)
    if schedule.kind == RATE_LIMIT:
        base += struct.pack("<IIQ", schedule.lasts, schedule.most_bps, schedule.change)
    else:
        base += struct.pack("<QQ", schedule.lasts, schedule.change)
    starts = struct.pack("<Q", shop.now - schedule.since)
    shop.cases.write(Pubkey.from_string(address), {8: base, 472: starts})
    pool = damm.pool_of(shop.data(address))
    assert pool is not None
    fee = rate(pool.base_fee, None, lamports, shop.now, pool.starts)
    ours = damm_buy(pool, lamports, fee.numerator)
    swap = damm_swap(str(shop.wallet), address, pool, TOKEN_PROGRAM, lamports, 0)
    held = int.from_bytes(shop.data(str(shop.account(shop.pool_mint)))[64:72], "little")
    theirs = shop.cases.buy(shop.wallet, shop.account(shop.pool_mint), swap)
    assert theirs.error is None, theirs.logs
    assert ours is not None
    assert ours.out == theirs.tokens - held


@TRY
@given(schedule=schedules(), lamports=LAMPORTS)
def test_a_curves_fee_is_what_we_say(shop: Shop, schedule: Schedule, lamports: int) -> None:
    address = dbc.pool_address(str(shop.config), shop.curve_mint)
    base = struct.pack("<QQQ", schedule.cliff, schedule.lasts, schedule.change)
    base += struct.pack("<HB", schedule.steps, schedule.kind)
    starts = struct.pack("<Q", shop.now - schedule.since)
    shop.cases.write(shop.config, {104: base})
    shop.cases.write(Pubkey.from_string(address), {296: starts})
    pool, config = dbc.pool_of(shop.data(address)), dbc.config_of(shop.data(str(shop.config)))
    assert pool is not None
    assert config is not None
    fee = rate(config.base_fee, None, lamports, shop.now, pool.starts)
    ours = dbc_buy(pool, config, lamports, fee.numerator)
    spend = Spend(ours.lamports_in, partly=ours.lamports_in < lamports)
    swap = dbc_swap(str(shop.wallet), address, pool, TOKEN_PROGRAM, spend, 0)
    theirs = shop.cases.buy(shop.wallet, shop.account(shop.curve_mint), swap)
    assert theirs.error is None, theirs.logs
    assert ours.out == theirs.tokens
