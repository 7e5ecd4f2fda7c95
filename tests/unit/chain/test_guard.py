"""What the guard lets pass, and what it does not."""

import struct
from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, Account
from streams.chain.guard import Accounts, Limits, violation

WALLET, MINT, OTHER, THIEF = (str(Pubkey.new_unique()) for _ in range(4))
RENT, FEE = 2_039_280, 7_000
LIMITS = Limits(
    wallet=WALLET,
    mint=MINT,
    lamports=100_000_000,
    priority_fee_lamports=2_000,
    tip_lamports=0,
    minimum_out=1_000,
)


def wallet(lamports: int, owner: str = SYSTEM_PROGRAM) -> Account:
    return Account(owner, lamports, b"")


def held(
    amount: int,
    *,
    mint: str = MINT,
    authority: str = WALLET,
    delegate: str | None = None,
    close: str | None = None,
) -> Account:
    def optional(key: str | None) -> bytes:
        known = bytes(Pubkey.from_string(key)) if key else bytes(32)
        return struct.pack("<I", 1 if key else 0) + known

    data = (
        bytes(Pubkey.from_string(mint))
        + bytes(Pubkey.from_string(authority))
        + struct.pack("<Q", amount)
        + optional(delegate)
        + b"\x01"
        + bytes(12)
        + bytes(8)
        + optional(close)
    )
    return Account(TOKEN_PROGRAM, RENT, data)


START = 1_000_000_000
BEFORE: Accounts = {WALLET: wallet(START), "ata": None, "savings": held(50, mint=OTHER)}
AFTER: Accounts = {
    WALLET: wallet(START - LIMITS.lamports - FEE - RENT),
    "ata": held(1_000),
    "savings": held(50, mint=OTHER),
}


def test_a_fair_buy_passes_to_the_lamport() -> None:
    assert violation(BEFORE, AFTER, LIMITS, FEE) is None


HOSTILE: dict[str, tuple[Accounts, str]] = {
    "one lamport too many": (
        {WALLET: wallet(START - LIMITS.lamports - FEE - RENT - 1)},
        "lamports would leave the wallet",
    ),
    "drained": ({WALLET: None}, "lamports would leave the wallet"),
    "one unit too few": ({"ata": held(999)}, "999 base units would come in"),
    "another recipient": (
        {"ata": held(1_000, authority=THIEF), WALLET: wallet(START - LIMITS.lamports - FEE)},
        "0 base units would come in",
    ),
    "the wallet given to a program": (
        {WALLET: wallet(START - LIMITS.lamports, owner=TOKEN_PROGRAM)},
        "change its owner",
    ),
    "another token taken": (
        {"savings": held(49, mint=OTHER)},
        f"1 base units of {OTHER} would leave",
    ),
    "another token account given away": (
        {"savings": held(50, mint=OTHER, authority=THIEF)},
        "the owner of savings would change",
    ),
    "a delegate": ({"savings": held(50, mint=OTHER, delegate=THIEF)}, "power over savings"),
    "a close authority": ({"savings": held(50, mint=OTHER, close=THIEF)}, "power over savings"),
    "a token account closed": ({"savings": None}, "savings would be closed"),
    "a new account with a delegate": (
        {"ata": held(1_000, delegate=THIEF)},
        "somebody else's control",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_change_is_refused(case: str) -> None:
    change, reason = HOSTILE[case]
    assert reason in (violation(BEFORE, {**AFTER, **change}, LIMITS, FEE) or "nothing")


def test_tokens_that_were_there_before_do_not_count_as_bought() -> None:
    before = {**BEFORE, "ata": held(5_000)}
    after = {**AFTER, "ata": held(5_999), WALLET: wallet(START - LIMITS.lamports - FEE)}
    assert "999 base units" in (violation(before, after, LIMITS, FEE) or "nothing")


def test_unwrapping_ones_own_sol_is_no_loss() -> None:
    before = {**BEFORE, "wsol": held(7, mint=WRAPPED_SOL)}
    assert violation(before, {**AFTER, "wsol": None}, LIMITS, FEE) is None


def test_a_tip_is_allowed_only_where_it_was_agreed() -> None:
    tipped = {**AFTER, WALLET: wallet(START - LIMITS.lamports - FEE - RENT - 500)}
    assert violation(BEFORE, tipped, LIMITS, FEE) is not None
    assert violation(BEFORE, tipped, replace(LIMITS, tip_lamports=500), FEE) is None
