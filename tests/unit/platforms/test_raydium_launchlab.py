"""LaunchLab's curves, against its makers' SDK and a buy on mainnet. No program was run.

The numbers of a usual launch (85 SOL for 793.1 of 1,000 million coins) are derived here from the
SDK's `getInitParam`, each curve's own; what a curve then sells must be what it was opened for.
"""

import math
import struct
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from buyqueue import base58
from buyqueue.mints import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, Account
from streams.chain.snapshot import CLOCK_SYSVAR, Snapshot
from streams.platforms.raydium_launchlab.accounts import (
    FIXED,
    LINEAR,
    PRODUCT,
    PROGRAM,
    Pool,
    fee_vault,
    global_of,
    platform_of,
    pool_address,
    pool_of,
)
from streams.platforms.raydium_launchlab.instructions import buy_exact_in
from streams.platforms.raydium_launchlab.platform import RaydiumLaunchLab
from streams.platforms.raydium_launchlab.pricing import Bought, buy
from streams.platforms.venue import Charged, Standing, Target

SOL, Q64 = 10**9, 1 << 64
SUPPLY, SELLS, RAISES = 10**15, 793_100_000_000_000, 85 * SOL
FEE = 12_500
"""Over 10**6: a protocol's 2,500 and a launchpad's 10,000."""
WALLET, MINT, GLOBAL, LAUNCHPAD, CREATOR = (str(Pubkey(bytes([n]) * 32)) for n in range(1, 6))


def opened(curve: int) -> Pool:
    sells = SELLS
    if curve == PRODUCT:
        price = RAISES * Q64 // (SUPPLY - SELLS)
        under = price * SELLS // Q64 - RAISES
        base, quote = price * SELLS * SELLS // Q64 // under, RAISES * RAISES // under
    elif curve == FIXED:
        sells = base = SUPPLY // 2
        quote = RAISES
    else:
        sells = RAISES * 2 * SUPPLY // (RAISES * 3)
        base, quote = RAISES * 2 * Q64 // (sells * sells), 0
    return Pool(
        status=0, total_sell=sells, virtual_base=base, virtual_quote=quote, sold=0, raised=0,
        total_raise=RAISES, global_config=GLOBAL, platform_config=LAUNCHPAD, base_mint=MINT,
        vaults=(str(Pubkey(b"\x06" * 32)), str(Pubkey(b"\x07" * 32))), creator=CREATOR,
        token_program=TOKEN_PROGRAM,
    )  # fmt: skip


def pool_data(pool: Pool) -> bytes:
    head = bytes.fromhex("f7ede3f5d7c3de46") + struct.pack("<QB", 0, 255)
    head += struct.pack("<4BQ", pool.status, 6, 9, 1, SUPPLY)
    numbers = struct.pack(
        "<9Q", pool.total_sell, pool.virtual_base, pool.virtual_quote, pool.sold, pool.raised,
        pool.total_raise, 0, 0, 0,
    )  # fmt: skip
    keys = [GLOBAL, LAUNCHPAD, MINT, WRAPPED_SOL, *pool.vaults, CREATOR]
    raw = b"".join(bytes(Pubkey.from_string(key)) for key in keys)
    flag = bytes([pool.token_program == TOKEN_2022_PROGRAM])
    return head + numbers + bytes(40) + raw + flag + bytes(63)


def global_data(curve: int = PRODUCT) -> bytes:
    return bytes.fromhex("95089ccaa0fcb0d9") + struct.pack("<QBHQQ", 0, curve, 0, 0, 2_500).ljust(
        363, b"\x00"
    )


def launchpad_data() -> bytes:
    data = bytes.fromhex("a04e8000f853e6a0") + bytes(96) + struct.pack("<Q", 7_500) + bytes(608)
    return data + struct.pack("<Q", 2_500) + bytes(216)


def seen_with(*shown: tuple[str, bytes]) -> Snapshot:
    accounts: dict[str, Account | None] = {CLOCK_SYSVAR: None}
    return Snapshot(1, accounts | {key: Account(str(PROGRAM), 1, data) for key, data in shown})


def test_a_usual_launch_has_the_reserves_that_its_makers_published() -> None:
    pool = opened(PRODUCT)
    assert (1_073_025_605_596_382, 30_000_852_951) == (pool.virtual_base, pool.virtual_quote)


def test_a_buy_that_mainnet_saw_is_priced_to_the_base_unit() -> None:
    """The pool 9HjtrQri..., as the program's own `TradeEvent` tells a buy of 1.98 SOL there."""
    pool = replace(opened(PRODUCT), sold=602_241_254_286_758, raised=38_377_977_720)
    bought = buy(pool, PRODUCT, 13_000, 1_980_000_000)
    assert bought is not None
    assert (13_081_111_858_058, 1_980_000_000) == (bought.out, bought.lamports)


def test_the_fees_of_that_buy_are_told_by_its_event_in_the_log() -> None:
    trade = (
        SELLS, 1_073_025_605_596_382, 30_000_852_951, 602_241_254_286_758, 38_377_977_720,
        615_322_366_144_816, 40_332_237_720, 1_980_000_000, 13_081_111_858_058,
        4_950_000, 19_800_000, 990_000, 0,
    )  # fmt: skip
    event = bytes.fromhex("bddb7fd34ee661ee") + bytes(32) + struct.pack("<13Q3B", *trade, 0, 0, 1)
    log = [
        f"Program {PROGRAM} invoke [1]",
        f"Program data: {b64encode(event).decode()}",
        f"Program {PROGRAM} success",
    ]
    transaction = {
        "transaction": {"message": {"accountKeys": [str(PROGRAM)]}},
        "meta": {"innerInstructions": [], "logMessages": log},
    }
    told = RaydiumLaunchLab().charged(transaction, WALLET, MINT)
    assert Charged(protocol=24_750_000, creator=990_000) == told
    assert 1_980_000_000 * 13_000 // 10**6 == told.protocol + told.creator


@pytest.mark.parametrize("curve", [PRODUCT, FIXED, LINEAR])
def test_a_curve_sells_what_it_has_for_what_it_raises(curve: int) -> None:
    pool = opened(curve)
    bought = buy(pool, curve, 0, RAISES)
    assert bought is not None
    # Whole coins: the makers round reserves and slope down when they open a curve.
    assert pool.total_sell // 10**6 == pytest.approx(bought.out // 10**6, abs=60)


@pytest.mark.parametrize("curve", [PRODUCT, FIXED, LINEAR])
def test_what_is_too_much_for_a_curve_stays_with_the_wallet(curve: int) -> None:
    pool = replace(opened(curve), sold=opened(curve).total_sell - 10**12, raised=RAISES - SOL)
    bought = buy(pool, curve, FEE, 200 * SOL)
    assert bought is not None
    rest = -(-SOL * 10**6 // (10**6 - FEE))
    assert (10**12, rest, 125) == (bought.out, bought.lamports, bought.venue_bps)


def test_a_constant_product_takes_the_fee_rounded_up_and_gives_rounded_down() -> None:
    pool = replace(opened(PRODUCT), sold=10**14, raised=3 * SOL)
    net = SOL - math.ceil(SOL * FEE / 10**6)
    here, there = pool.virtual_quote + 3 * SOL, pool.virtual_base - 10**14
    out = there * net // (here + net)
    assert Bought(out, SOL, 125, 10_000 * net // (here + net)) == buy(pool, PRODUCT, FEE, SOL)


def test_a_fixed_price_does_not_move() -> None:
    pool = opened(FIXED)
    one, two = buy(pool, FIXED, 0, SOL), buy(pool, FIXED, 0, 2 * SOL)
    assert one is not None
    assert two is not None
    assert (0, 2 * one.out) == (two.impact_bps, two.out - two.out % 2)


def test_a_curve_of_a_type_that_is_not_known_has_no_price() -> None:
    assert buy(opened(PRODUCT), 3, FEE, SOL) is None


@given(
    curve=st.sampled_from([PRODUCT, FIXED, LINEAR]),
    lamports=st.integers(1, 300 * SOL),
    before=st.integers(0, 80 * SOL),
)
def test_a_curve_never_takes_more_than_is_offered_nor_gives_more_than_it_has(
    curve: int, lamports: int, before: int
) -> None:
    start = buy(opened(curve), curve, 0, before)
    assert start is not None
    pool = replace(opened(curve), sold=start.out, raised=before)
    bought = buy(pool, curve, FEE, lamports)
    assert bought is not None
    assert 0 <= bought.out <= pool.total_sell - pool.sold
    assert 0 < bought.lamports <= lamports


@pytest.mark.parametrize("program", [TOKEN_PROGRAM, TOKEN_2022_PROGRAM])
def test_a_pool_is_read_as_the_idl_lays_it_out(program: str) -> None:
    pool = replace(opened(PRODUCT), sold=5, raised=6, token_program=program)
    data = pool_data(pool)
    assert (429, pool) == (len(data), pool_of(data))
    assert pool_of(data[:-1]) is None
    assert pool_of(None) is None


def test_a_pool_for_another_currency_is_not_for_us() -> None:
    data = bytearray(pool_data(opened(PRODUCT)))
    data[237:269] = bytes(32)
    assert pool_of(bytes(data)) is None


@pytest.mark.parametrize(
    ("status", "standing"),
    [(0, Standing.OPEN), (1, Standing.MIGRATING), (2, Standing.CLOSED)],
)
def test_the_status_says_whether_it_takes_buys(status: int, standing: Standing) -> None:
    data = pool_data(replace(opened(PRODUCT), status=status))
    (found,) = RaydiumLaunchLab().candidates(
        Target(WALLET, MINT), seen_with((pool_address(MINT), data))
    )
    assert (standing, True) == (found.standing, found.is_launch)


def test_the_configs_say_the_curves_type_and_the_fees() -> None:
    protocol, platform = global_of(global_data(LINEAR)), platform_of(launchpad_data())
    assert protocol is not None
    assert platform is not None
    told = (protocol.curve_type, protocol.trade_fee, platform.fee, platform.creator_fee)
    assert (LINEAR, 2_500, 7_500, 2_500) == told


def test_the_instruction_names_eighteen_accounts_and_the_wallet_alone_signs() -> None:
    made = buy_exact_in(WALLET, pool_address(MINT), opened(PRODUCT), 5, 7)
    assert bytes.fromhex("faea0d7bd59c13ec") + struct.pack("<QQQ", 5, 7, 0) == made.data
    assert 18 == len(made.accounts)
    assert [WALLET] == [str(meta.pubkey) for meta in made.accounts if meta.is_signer]
    last = [str(meta.pubkey) for meta in made.accounts[-2:]]
    assert [fee_vault(LAUNCHPAD), fee_vault(CREATOR)] == last


def test_the_event_tells_the_fees() -> None:
    event = bytes.fromhex("bddb7fd34ee661ee") + bytes(104) + struct.pack("<4Q", 1, 20, 300, 4_000)
    data = base58.encode(bytes.fromhex("e445a52e51cb9a1d") + event + bytes(3))
    inner = {"instructions": [{"programIdIndex": 0, "data": data}]}
    transaction = {
        "transaction": {"message": {"accountKeys": [str(PROGRAM)]}},
        "meta": {"innerInstructions": [inner]},
    }
    assert Charged(protocol=4_021, creator=300) == RaydiumLaunchLab().charged(
        transaction, WALLET, MINT
    )


def test_errors_are_told_in_our_words() -> None:
    slippage, other = RaydiumLaunchLab().explain(6004), RaydiumLaunchLab().explain(1)
    assert slippage is not None
    assert ("slippage_exceeded", None) == (slippage.code, other)
