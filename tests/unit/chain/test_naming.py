"""What a wallet has a say in without owning it, and which changes of it are refused."""

from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import Account
from streams.chain.naming import COMPRESSING_PROGRAMS, TRADING_PROGRAMS, other_account_taken

WALLET, THIEF, OTHER = (str(Pubkey.new_unique()) for _ in range(3))
NAME, THIEFS = (bytes(Pubkey.from_string(key)) for key in (WALLET, THIEF))
PUMP = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
DBC = "dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN"


def judged(old: Account | None, new: Account | None) -> str | None:
    return other_account_taken("it", old, new, WALLET)


def account(owner: str, data: bytes) -> Account:
    return Account(owner, 5_000_000, data)


@pytest.mark.parametrize("owner", [SYSTEM_PROGRAM, TOKEN_PROGRAM, OTHER])
def test_an_account_elsewhere_that_names_the_wallet_does_not_change(owner: str) -> None:
    """A stake, a nonce, a mint, a deposit: the wallet's signature speaks for it there too."""
    deposit = account(owner, b"12345678" + NAME + b"\x01")
    assert judged(deposit, deposit) is None
    for taken in (None, replace(deposit, lamports=1), replace(deposit, data=deposit.data + b"2")):
        assert judged(deposit, taken) == "it, which names the wallet, would change"


def test_a_launchpads_note_of_the_buyers_volume_may_change() -> None:
    volume = account(PUMP, b"12345678" + NAME + bytes(8))
    assert judged(volume, replace(volume, data=b"12345678" + NAME + b"\x01" * 16)) is None
    assert judged(None, volume) is None


def test_a_pool_of_a_trading_program_goes_on_naming_the_wallet_where_it_did() -> None:
    """DBC's `transfer_pool_creator` writes another creator to bytes 104 to 136."""
    pool = account(DBC, bytes(104) + NAME + bytes(288))
    grown = bytes(104) + NAME + bytes(280) + b"\x07" * 8
    assert judged(pool, replace(pool, data=grown)) is None
    given = replace(pool, data=bytes(104) + THIEFS + bytes(288))
    shifted = replace(pool, data=bytes(105) + NAME + bytes(287))
    assigned = replace(pool, owner=OTHER)
    for taken in (given, shifted, assigned, None):
        assert judged(pool, taken) == "it would no longer name the wallet"


def test_a_pool_may_come_to_name_the_wallet_as_its_last_buyer() -> None:
    for owner in TRADING_PROGRAMS:
        assert judged(account(owner, bytes(64)), account(owner, bytes(32) + NAME)) is None


@pytest.mark.parametrize("owner", sorted(COMPRESSING_PROGRAMS))
def test_a_tree_of_compressed_tokens_does_not_change(owner: str) -> None:
    """Whose leaf it is that changes stands nowhere in the tree."""
    tree = account(owner, b"\x01" * 800)
    assert judged(tree, tree) is None
    changed = judged(tree, replace(tree, data=b"\x02" * 800))
    assert changed == "it, which may hold compressed tokens of the wallet, would change"


def test_an_account_that_was_there_does_not_come_to_name_the_wallet() -> None:
    """A multisig's proposal lists who approved it."""
    proposal = account(OTHER, b"\x01" * 80)
    approved = replace(proposal, data=b"\x01" * 48 + NAME)
    assert judged(proposal, approved) == "it would come to name the wallet"
    assert judged(proposal, replace(proposal, data=b"\x02" * 80)) is None
    assert judged(replace(proposal, data=b""), approved) is None


def test_what_others_token_accounts_say_of_the_wallet_is_no_vote() -> None:
    """A maker may let the wallet take what it bought, and an account may become the wallet's."""

    def held(authority: bytes, delegate: bytes) -> Account:
        parts = (bytes(32), authority, bytes(8), b"\x01\0\0\0", delegate, b"\x01", bytes(56))
        return account(TOKEN_PROGRAM, b"".join(parts))

    theirs = held(THIEFS, bytes(32))
    assert judged(theirs, held(THIEFS, NAME)) is None
    assert judged(theirs, held(NAME, bytes(32))) is None
