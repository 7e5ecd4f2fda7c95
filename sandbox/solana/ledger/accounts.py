"""The accounts as they are now (in LiteSVM) and as they were at an earlier block."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from sandbox.solana.ledger.tokens import holding_of
from sandbox.solana.ledger.undo import UndoLog

_NONE = Account(0, b"", Pubkey.default())
"""LiteSVM drops an account that is set to no lamports."""


class Accounts:
    """Every write goes through here, so that it can be undone, indexed and stored."""

    def __init__(self, svm: LiteSVM) -> None:
        self.svm = svm
        self.undo = UndoLog()
        self.dirty: dict[Pubkey, None] = {}
        """Written since the last commit, in order of writing."""
        self._token_accounts: defaultdict[Pubkey, dict[Pubkey, None]] = defaultdict(dict)

    def now(self, pubkey: Pubkey) -> Account | None:
        """Answer an account at the tip."""
        return self.svm.get_account(pubkey)

    def at(self, pubkey: Pubkey, height: int) -> Account | None:
        """Answer an account at the end of the block at `height`."""
        return self.undo.as_of(height, pubkey, self.now(pubkey))

    def put(self, pubkey: Pubkey, account: Account | None) -> None:
        """Overwrite an account, as part of the newest block; None removes it."""
        before = self.now(pubkey)
        self.restore(pubkey, account)
        self.wrote(pubkey, before, account)

    def restore(self, pubkey: Pubkey, account: Account | None) -> None:
        """Overwrite an account without a trace."""
        self.svm.set_account(pubkey, account or _NONE)
        self.index(pubkey, account)

    def wrote(self, pubkey: Pubkey, before: Account | None, after: Account | None) -> None:
        """Note a change that was made in LiteSVM."""
        self.undo.record(pubkey, before)
        self.dirty[pubkey] = None
        self.index(pubkey, after)

    def index(self, pubkey: Pubkey, account: Account | None) -> None:
        """Remember whose token account it is; an owner that ever was one stays a candidate."""
        if holding := holding_of(account):
            self._token_accounts[holding.owner][pubkey] = None

    def token_accounts_of(self, owner: Pubkey, height: int) -> Iterator[tuple[Pubkey, Account]]:
        """Answer a wallet's token accounts of both programs as of a block."""
        for pubkey in self._token_accounts.get(owner, ()):
            account = self.at(pubkey, height)
            holding = holding_of(account)
            if account and holding and holding.owner == owner:
                yield pubkey, account

    @contextmanager
    def as_of(self, height: int) -> Iterator[None]:
        """Put LiteSVM into the state of an earlier block while the context lasts."""
        then = self.undo.since(height)
        now = {pubkey: self.now(pubkey) for pubkey in then}
        try:
            for pubkey, account in then.items():
                self.svm.set_account(pubkey, account or _NONE)
            yield
        finally:
            for pubkey, account in now.items():
                self.svm.set_account(pubkey, account or _NONE)
