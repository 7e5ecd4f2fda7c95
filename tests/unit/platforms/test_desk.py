"""Which accounts of a wallet are there already, and what it has to have for the others."""

import struct
from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import Order, Preparing
from buyqueue.errors import Code, Refused
from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, Account, associated_token_account
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.rent import TOKEN_ACCOUNT_RENT, token_account_rent
from streams.chain.snapshot import Snapshot
from streams.platforms.desk import purse_of, require_balance
from streams.platforms.venue import Plan
from tests.controls.events import WALLET, requested

WRAPPED = associated_token_account(WALLET, WRAPPED_SOL, TOKEN_PROGRAM)
GIFT = Account(SYSTEM_PROGRAM, 890_880, b"")
OWN = Account(
    TOKEN_PROGRAM,
    TOKEN_ACCOUNT_RENT,
    b"".join(
        [
            bytes(Pubkey.from_string(WRAPPED_SOL)),
            bytes(Pubkey.from_string(WALLET)),
            struct.pack("<Q", 0) + bytes(36) + b"\x01" + bytes(56),
        ]
    ),
)
PLAN = Plan(lambda _: (), 1, wrap_lamports=1)


def order() -> Order:
    state = fold([requested()])
    assert isinstance(state, Preparing)
    return state.course.order


def seen(wrapped: Account | None, lamports: int = 0) -> Snapshot:
    return Snapshot(1, {WRAPPED: wrapped, WALLET: Account(SYSTEM_PROGRAM, lamports, b"")})


def test_only_a_wrapped_account_that_is_open_is_kept() -> None:
    for wrapped in (None, GIFT):
        assert not purse_of(order(), PLAN, seen(wrapped), TOKEN_PROGRAM).keeps_wrapped
    assert purse_of(order(), PLAN, seen(OWN), TOKEN_PROGRAM).keeps_wrapped


def test_rent_is_lent_to_an_account_that_only_got_lamports() -> None:
    asked = order()
    costs = asked.lamports + asked.priority_fee_lamports + LAMPORTS_PER_SIGNATURE
    purse = purse_of(asked, PLAN, seen(GIFT), TOKEN_PROGRAM)
    require_balance(asked, seen(GIFT, costs + TOKEN_ACCOUNT_RENT), 0, purse)
    with pytest.raises(Refused) as caught:
        require_balance(asked, seen(GIFT, costs + TOKEN_ACCOUNT_RENT - 1), 0, purse)
    assert Code.INSUFFICIENT_BALANCE == caught.value.code
    require_balance(asked, seen(OWN, costs), 0, replace(purse, keeps_wrapped=True))


def test_lamports_that_lie_at_an_address_count_towards_the_rent_of_what_opens_there() -> None:
    rich = replace(GIFT, lamports=TOKEN_ACCOUNT_RENT + 1)
    assert [TOKEN_ACCOUNT_RENT, TOKEN_ACCOUNT_RENT - GIFT.lamports, 0, 0] == [
        token_account_rent(account) for account in (None, GIFT, rich, OWN)
    ]
