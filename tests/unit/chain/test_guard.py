"""What the guard lets pass, and what it does not."""

import struct
from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, Account
from streams.chain.belongings import Accounts
from streams.chain.guard import Limits, violation
from streams.chain.rent import rent_exemption

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


def sol_account(lamports: int) -> Account:
    return replace(held(lamports, mint=WRAPPED_SOL), lamports=RENT + lamports)


START = 1_000_000_000
BEFORE: Accounts = {WALLET: wallet(START), "ata": None, "savings": held(50, mint=OTHER)}
AFTER_LAMPORTS = START - LIMITS.lamports - FEE - RENT
AFTER: Accounts = {
    WALLET: wallet(AFTER_LAMPORTS),
    "ata": held(1_000),
    "savings": held(50, mint=OTHER),
}


def test_a_fair_buy_passes_to_the_lamport() -> None:
    assert violation(BEFORE, AFTER, LIMITS, FEE) is None


def frozen(account: Account) -> bytes:
    return account.data[:108] + b"\x02" + account.data[109:]


def richer(account: Account, lamports: int) -> Account:
    return replace(account, lamports=account.lamports + lamports)


LOOT = LIMITS.lamports
ROBBED, RENT_KEPT = wallet(AFTER_LAMPORTS - LOOT), wallet(AFTER_LAMPORTS + RENT)
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
    "the wallet's tokens frozen": (
        {"savings": replace(held(50, mint=OTHER), data=frozen(held(50, mint=OTHER)))},
        "savings would be frozen",
    ),
    "tokens that come frozen": (
        {"ata": replace(held(1_000), data=frozen(held(1_000)))},
        "ata would be frozen",
    ),
    "a new account with a delegate": (
        {"ata": held(1_000, delegate=THIEF)},
        "somebody else's control",
    ),
}


PLANTED: dict[str, tuple[Accounts, Accounts, str]] = {
    "SOL to another token's account that a thief can close": (
        {"trap": held(0, mint=OTHER, close=THIEF)},
        {"trap": richer(held(0, mint=OTHER, close=THIEF), LOOT), WALLET: ROBBED},
        "lamports would leave the wallet",
    ),
    "SOL to an account of the token bought that a thief can close": (
        {"trap": held(0, close=THIEF)},
        {"trap": richer(held(0, close=THIEF), LOOT), WALLET: ROBBED},
        "lamports would leave the wallet",
    ),
    "wrapped SOL where a thief may spend it": (
        {"trap": replace(sol_account(0), data=held(0, mint=WRAPPED_SOL, delegate=THIEF).data)},
        {
            "trap": replace(
                sol_account(LOOT), data=held(LOOT, mint=WRAPPED_SOL, delegate=THIEF).data
            ),
            WALLET: ROBBED,
        },
        "lamports would leave the wallet",
    ),
    "SOL to another token's account, which may be frozen and never emptied": (
        {},
        {"savings": richer(held(50, mint=OTHER), LOOT), WALLET: ROBBED},
        "lamports would leave the wallet",
    ),
    "SOL to a thief's account that becomes the wallet's": (
        {"trap": richer(held(0, authority=THIEF), LOOT)},
        {"trap": richer(held(0), LOOT), WALLET: wallet(AFTER_LAMPORTS - RENT)},
        "lamports would leave the wallet",
    ),
    "tokens to an account that a thief can close": (
        {"ata": held(0, close=THIEF)},
        {"ata": held(1_000, close=THIEF), WALLET: RENT_KEPT},
        "0 base units would come in",
    ),
    "tokens to an account that a thief can move them from": (
        {"ata": held(0, delegate=THIEF)},
        {"ata": held(1_000, delegate=THIEF), WALLET: RENT_KEPT},
        "0 base units would come in",
    ),
}
"""What was laid out beforehand, what the transaction does to it, and why it is refused."""


@pytest.mark.parametrize("case", PLANTED)
def test_what_others_may_take_afterwards_is_not_the_wallets(case: str) -> None:
    laid, change, reason = PLANTED[case]
    said = violation({**BEFORE, **laid}, {**AFTER, **laid, **change}, LIMITS, FEE)
    assert reason in (said or "nothing")


def test_an_account_that_somebody_else_can_close_is_no_reason_to_refuse_by_itself() -> None:
    trap = {"trap": held(7, mint=OTHER, close=THIEF, delegate=THIEF)}
    assert violation({**BEFORE, **trap}, {**AFTER, **trap}, LIMITS, FEE) is None


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_change_is_refused(case: str) -> None:
    change, reason = HOSTILE[case]
    assert reason in (violation(BEFORE, {**AFTER, **change}, LIMITS, FEE) or "nothing")


def test_tokens_that_were_there_before_do_not_count_as_bought() -> None:
    before = {**BEFORE, "ata": held(5_000)}
    after = {**AFTER, "ata": held(5_999), WALLET: wallet(START - LIMITS.lamports - FEE)}
    assert "999 base units" in (violation(before, after, LIMITS, FEE) or "nothing")


def test_unwrapping_ones_own_sol_is_a_loss_only_where_somebody_else_gets_it() -> None:
    before = {**BEFORE, "wsol": held(7, mint=WRAPPED_SOL)}
    returned = {**AFTER, WALLET: wallet(START - LIMITS.lamports - FEE), "wsol": None}
    assert violation(before, returned, LIMITS, FEE) is None
    assert "would leave" in (violation(before, {**AFTER, "wsol": None}, LIMITS, FEE) or "nothing")


def test_wrapped_sol_counts_as_sol() -> None:
    before = {**BEFORE, "wsol": sol_account(500_000_000)}
    paid_wrapped = {
        **AFTER,
        WALLET: wallet(START - FEE - RENT),
        "wsol": sol_account(500_000_000 - LIMITS.lamports),
    }
    assert violation(before, paid_wrapped, LIMITS, FEE) is None
    one_more = {**paid_wrapped, "wsol": sol_account(500_000_000 - LIMITS.lamports - 1)}
    assert "would leave" in (violation(before, one_more, LIMITS, FEE) or "nothing")


def test_an_empty_token_accounts_rent_is_the_wallets() -> None:
    before = {**BEFORE, "empty": held(0, mint=OTHER)}
    assert "would leave" in (violation(before, {**AFTER, "empty": None}, LIMITS, FEE) or "nothing")


def test_only_rent_that_is_needed_is_paid_and_no_more_than_agreed() -> None:
    volume = Account(TOKEN_PROGRAM, rent_exemption(137), bytes(137))
    opened = {**AFTER, WALLET: wallet(AFTER_LAMPORTS - volume.lamports), "volume": volume}
    agreed = replace(LIMITS, rent_lamports=volume.lamports)
    assert violation(BEFORE, opened, agreed, FEE) is None
    less = replace(LIMITS, rent_lamports=volume.lamports - 1)
    assert "would leave" in (violation(BEFORE, opened, less, FEE) or "nothing")
    unopened = {**opened, "volume": None}
    assert "would leave" in (violation(BEFORE, unopened, agreed, FEE) or "nothing")


@pytest.mark.parametrize("extension", [5, 8, 11])
def test_the_wallets_token_account_gets_no_new_bonds(extension: int) -> None:
    """Token-2022: confidential transfers, memos that must come with one, a guard against CPI."""
    bound = struct.pack("<BHHB", 2, extension, 1, 1)
    account = held(1_000)
    after = {**AFTER, "ata": replace(account, data=account.data + bound)}
    assert "bind the wallet" in (violation(BEFORE, after, LIMITS, FEE) or "nothing")
    savings = held(50, mint=OTHER)
    after = {**AFTER, "savings": replace(savings, data=savings.data + bound)}
    assert "extensions of savings" in (violation(BEFORE, after, LIMITS, FEE) or "nothing")


def test_a_tip_is_allowed_only_where_it_was_agreed() -> None:
    tipped = {**AFTER, WALLET: wallet(START - LIMITS.lamports - FEE - RENT - 500)}
    assert violation(BEFORE, tipped, LIMITS, FEE) is not None
    assert violation(BEFORE, tipped, replace(LIMITS, tip_lamports=500), FEE) is None
