"""What a wallet has a say in without owning it, and how a buy may not touch it. Pure.

A wallet's signature moves its lamports and tokens, and it also counts wherever an account names
it: a stake account's withdrawer, a program's upgrade authority, a mint's authority, a deposit at a
lending market, a vote for a proposal.
"""

from collections.abc import Iterator
from typing import Final

from solders.pubkey import Pubkey

from streams.chain.accounts import Account, token_account_of

TRADING_PROGRAMS: Final = frozenset(
    {
        "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P",
        "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA",
        "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C",
        "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj",
        "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
        "dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN",
        "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG",
    }
)
"""Launchpads and pools: their accounts note a buyer's volume, or that it made the pool."""

COMPRESSING_PROGRAMS: Final = frozenset(
    {
        "cmtDvXumGCrqC1Age74AVPhSRVXJMd8PJS91L8KbNCK",  # SPL account compression
        "mcmt6YrQEMKw8Mw43FmpRLmf7BqRnFMKmAcbxE3xkAW",  # Metaplex's, of Bubblegum v2
        "compr6CUsB5m2jS4Y3831ztGSTnDpnKJTKS95d64XVq",  # Light's, of compressed tokens
    }
)
"""Their accounts hold everybody's NFTs and tokens as hashes, so whose one changes is not seen."""


def other_account_taken(
    key: str, old: Account | None, new: Account | None, wallet: str
) -> str | None:
    """Answer how an account that the wallet has a say in would change, or None if none does.

    One that names the wallet stays as it is, and none that was there before comes to name it. At
    a trading program it may change, but goes on naming the wallet wherever it did. NB: one that
    opens may name the wallet, as a launchpad's note of its buyer does.
    """
    if old is None or not old.data or (new and _same(old, new)):
        return None
    if old.owner in COMPRESSING_PROGRAMS:
        return f"{key}, which may hold compressed tokens of the wallet, would change"
    named = list(_offsets(old, wallet))
    if old.owner in TRADING_PROGRAMS:
        kept = new and new.owner == old.owner and set(named) <= set(_offsets(new, wallet))
        return None if kept or not named else f"{key} would no longer name the wallet"
    if named:
        return f"{key}, which names the wallet, would change"
    # A token account that the wallet is given, or may spend from, is judged as one.
    if new and token_account_of(new) is None and any(_offsets(new, wallet)):
        return f"{key} would come to name the wallet"
    return None


def _same(old: Account, new: Account) -> bool:
    return (new.owner, new.data) == (old.owner, old.data) and new.lamports >= old.lamports


def _offsets(account: Account, wallet: str) -> Iterator[int]:
    """List where an account's data holds the wallet's key, at whatever offset."""
    key = bytes(Pubkey.from_string(wallet))
    at = account.data.find(key)
    while at >= 0:
        yield at
        at = account.data.find(key, at + 1)
