"""The creator's fee of a CPMM pool, which the build that is run elsewhere does not have yet.

Expected figures follow raydium-cp-swap @609780f `curve/calculator.rs`, worked out by hand.
"""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.raydium.product import fee_within, out_for, share
from streams.platforms.raydium_cpmm.accounts import CONFIGS, Config, Pool, config_of, pool_of
from streams.platforms.raydium_cpmm.events import charged
from streams.platforms.raydium_cpmm.pricing import Reserves, buy
from streams.platforms.venue import Charged

MINT, OTHER = (str(Pubkey(bytes([n]) * 32)) for n in (255, 9))
HELD = Reserves(lamports=10**9, coins=2 * 10**9)
CONFIG = Config(trade_fee=2_500, creator_fee=1_000)


def pool_data(*, fee_on: int, enabled: bool, sol_first: bool = True) -> bytes:
    data = bytearray(bytes.fromhex("f7ede3f5d7c3de46").ljust(637, b"\x00"))
    first, second = (WRAPPED_SOL, MINT) if sol_first else (OTHER, WRAPPED_SOL)
    data[168:200] = bytes(Pubkey.from_string(first))
    data[200:232] = bytes(Pubkey.from_string(second))
    data[341:381] = struct.pack("<5Q", 1, 2, 30, 40, 7)
    data[389:391] = bytes([fee_on, enabled])
    data[397:413] = struct.pack("<QQ", 500, 600)
    return bytes(data)


def pool(*, fee_on: int, enabled: bool = True, sol_first: bool = True) -> Pool:
    read = pool_of(pool_data(fee_on=fee_on, enabled=enabled, sol_first=sol_first))
    assert read is not None
    return read


def test_what_is_owed_to_protocol_fund_and_creator_is_not_traded() -> None:
    read = pool(fee_on=0)
    assert ((531, 642), 7, True) == (read.owed, read.opens_at, read.takes_swaps)


@pytest.mark.parametrize(
    ("fee_on", "sol_first", "on_input"),
    [(0, True, True), (0, False, True), (1, True, True), (1, False, False),
     (2, True, False), (2, False, True)],
)  # fmt: skip
def test_the_creator_is_paid_by_the_side_that_the_pool_names(
    fee_on: int,
    sol_first: bool,  # noqa: FBT001
    on_input: bool,  # noqa: FBT001 - a table of cases
) -> None:
    assert on_input == pool(fee_on=fee_on, sol_first=sol_first).creator_fee_on_input


def test_on_the_input_the_creators_rate_is_added_to_the_trades() -> None:
    # 1,000,000 pay 3,500 over 10**6 = 3,500; 996,500 * 2e9 // (1e9 + 996,500) = 1,991,015.
    bought = buy(pool(fee_on=0), CONFIG, HELD, 1_000_000)
    assert (1_991_015, 35) == (bought.out, bought.venue_bps)


def test_on_the_output_the_creators_fee_comes_off_what_leaves() -> None:
    # 997,500 arrive, 1,993,011 leave, of which 1,994 (rounded up) are the creator's.
    bought = buy(pool(fee_on=2), CONFIG, HELD, 1_000_000)
    assert 997_500 * HELD.coins // (HELD.lamports + 997_500) == 1_993_011
    assert 1_993_011 - 1_994 == bought.out


def test_a_pool_without_a_creators_fee_takes_the_trades_alone() -> None:
    bought = buy(pool(fee_on=0, enabled=False), CONFIG, HELD, 1_000_000)
    assert (1_993_011, 25) == (bought.out, bought.venue_bps)


def test_a_config_is_read_with_its_creators_rate_and_raydiums_first_is_where_it_should_be() -> None:
    data = bytearray(bytes.fromhex("daf42168cbcb2b6f").ljust(236, b"\x00"))
    data[12:20], data[108:116] = struct.pack("<Q", 2_500), struct.pack("<Q", 1_000)
    assert CONFIG == config_of(bytes(data))
    assert config_of(bytes(data[:-1])) is None
    assert "D4FPEruKEHrG5TenZ2mpDGEfu1iUvTiqBxvpU8HLBvC2" == CONFIGS[0]


def event(*, on_input: bool) -> bytes:
    numbers = struct.pack("<6QB", 10**9, 2 * 10**9, 1_000_000, 1_991_018, 0, 0, 1)
    fees = struct.pack("<QQ?", 2_500, 1_000 if on_input else 1_994, on_input)
    return bytes.fromhex("40c6cde8260871e2") + bytes(32) + numbers + bytes(64) + fees


def test_a_newer_builds_event_tells_the_fees_themselves() -> None:
    assert Charged(lp=2_500, creator=1_000) == charged([event(on_input=True), b"another"])


def test_a_creators_fee_in_coins_counts_for_what_they_cost() -> None:
    cost = 1_000_000 * 1_994 // (1_991_018 + 1_994)
    assert Charged(lp=2_500, creator=cost) == charged([event(on_input=False)])


@given(
    here=st.integers(1, 10**18), there=st.integers(2, 10**18), paid=st.integers(1, 10**15),
    rate=st.integers(0, 100_000),
)  # fmt: skip
def test_a_fee_found_from_the_amounts_is_never_less_than_it_was(
    here: int, there: int, paid: int, rate: int
) -> None:
    fee = share(paid, rate, 10**6)
    out = out_for(paid - fee, here, there)
    found = fee_within(paid, here, there, out)
    if 0 < out:
        assert fee <= found
        assert out == out_for(paid - found, here, there)
