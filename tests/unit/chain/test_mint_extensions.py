"""Reading mints that the Token-2022 program itself has made."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from streams.chain.accounts import Account, token_account_of
from streams.chain.mint_extensions import (
    FeeSchedule,
    MintExtensions,
    TransferFee,
    mint_extensions,
)
from tests import token_2022
from tests.token_2022 import Extension, Mints

SOMEBODY = str(Pubkey.from_bytes(token_2022.WHO))
NOBODY = bytes(32)
U64 = 2**64 - 1


def read(*extensions: Extension) -> MintExtensions:
    mints = Mints()
    return mint_extensions(mints.account(mints.make(*extensions)).data)


def test_a_plain_mint_has_none() -> None:
    assert read() == MintExtensions()


@pytest.mark.parametrize(("extension", "told"), [
    (token_2022.FROZEN, MintExtensions(starts_frozen=True)),
    (token_2022.THAWED, MintExtensions()),
    (token_2022.NON_TRANSFERABLE, MintExtensions(non_transferable=True)),
    (token_2022.PERMANENT_DELEGATE, MintExtensions(permanent_delegate=SOMEBODY)),
    (token_2022.CLOSE_AUTHORITY, MintExtensions()),
    (token_2022.INTEREST, MintExtensions()),
    (token_2022.hook(token_2022.WHO), MintExtensions(hook_program=SOMEBODY)),
    (token_2022.hook(NOBODY), MintExtensions()),
])  # fmt: skip
def test_each_extension_is_told(extension: Extension, told: MintExtensions) -> None:
    assert read(extension) == told


def test_extensions_are_found_behind_others() -> None:
    several = (token_2022.INTEREST, token_2022.CLOSE_AUTHORITY, token_2022.PERMANENT_DELEGATE)
    assert read(*several).permanent_delegate == SOMEBODY


def test_a_pausable_mint_is_paused_once_it_is() -> None:
    mints = Mints()
    mint = mints.make(token_2022.pausable(mints.authority))
    assert mint_extensions(mints.account(mint).data) == MintExtensions()
    mints.pause(mint)
    assert mint_extensions(mints.account(mint).data) == MintExtensions(paused=True)


def test_a_type_that_nobody_knows_is_told_as_unknown() -> None:
    mints = Mints()
    data = bytearray(mints.account(mints.make(token_2022.CLOSE_AUTHORITY)).data)
    data[166:168] = (999).to_bytes(2, "little")
    assert mint_extensions(bytes(data)) == MintExtensions(unknown=(999,))


def test_a_changed_fee_holds_from_its_epoch_on() -> None:
    mints = Mints()
    mint = mints.make(token_2022.transfer_fee(mints.authority, 100, 5_000))
    mints.set_fee(mint, 250, 9_000)
    schedule = mint_extensions(mints.account(mint).data).fees
    now = mints.svm.get_clock().epoch
    expected = FeeSchedule(TransferFee(100, 5_000), TransferFee(250, 9_000), now + 2)
    assert schedule == expected
    assert [expected.at(now + later).bps for later in (0, 1, 2, 3)] == [100, 100, 250, 250]


@pytest.fixture(scope="module")
def mints() -> Mints:
    return Mints()


@settings(max_examples=200, deadline=None)
@given(
    bps=st.integers(0, 10_000),
    most=st.one_of(st.integers(0, 10**6), st.just(U64)),
    amount=st.integers(0, 10**15),
)
def test_what_arrives_is_what_the_token_program_lets_through(
    mints: Mints, bps: int, most: int, amount: int
) -> None:
    mint = mints.make(token_2022.transfer_fee(mints.authority, bps, most))
    source = mints.give(mint, mints.authority, amount)
    to = mints.give(mint, Pubkey.new_unique(), 0)
    mints.send(mint, source, to, amount)
    found = mints.account(to)
    held = token_account_of(Account(str(found.owner), found.lamports, found.data))
    assert held is not None
    schedule = mint_extensions(mints.account(mint).data).fees
    assert schedule is not None
    assert schedule.at(mints.svm.get_clock().epoch).arriving(amount) == held.amount
