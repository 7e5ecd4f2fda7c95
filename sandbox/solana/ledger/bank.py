"""The chain as of one block: what reads, preflight and simulation at a commitment see."""

from collections.abc import Iterator
from typing import Any, Literal

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sandbox.solana.ledger.accounts import Accounts
from sandbox.solana.ledger.blocks import CONFIRMED_DEPTH, FINALIZED_DEPTH, Block, BlockLine
from sandbox.solana.ledger.execute import Simulated, simulate
from sandbox.solana.ledger.messages import message_of
from sandbox.solana.ledger.records import History, Outcome, TxRecord

Commitment = Literal["processed", "confirmed", "finalized"]
DEPTH: dict[Commitment, int] = {
    "processed": 0,
    "confirmed": CONFIRMED_DEPTH,
    "finalized": FINALIZED_DEPTH,
}
"""Blocks below the tip at which a commitment is reached; on the real chain votes decide."""


class Bank:
    """A read-only view of one block. Not valid after that block was rolled back."""

    def __init__(
        self, block: Block, accounts: Accounts, blocks: BlockLine, history: History
    ) -> None:
        self.block = block
        self._accounts = accounts
        self._blocks = blocks
        self._history = history

    def account(self, pubkey: Pubkey) -> Account | None:
        """Answer an account; None if it does not exist."""
        return self._accounts.at(pubkey, self.block.height)

    def lamports(self, pubkey: Pubkey) -> int:
        """Answer a balance; 0 if there is no account."""
        account = self.account(pubkey)
        return account.lamports if account else 0

    def token_accounts(self, owner: Pubkey) -> Iterator[tuple[Pubkey, Account]]:
        """Answer a wallet's token accounts of both token programs."""
        return self._accounts.token_accounts_of(owner, self.block.height)

    def accepts(self, blockhash: Hash) -> bool:
        """Say whether the hash is at most 150 blocks old here."""
        return self._blocks.usable_at(blockhash, self.block.height)

    def record(self, signature: str) -> TxRecord | None:
        """Answer a transaction that landed here or before."""
        record = self._history.get(signature)
        return record if record and record.height <= self.block.height else None

    def touching(self, pubkey: str) -> Iterator[TxRecord]:
        """Answer the landed transactions that name an account, newest first."""
        height = self.block.height
        return (found for found in self._history.touching(pubkey) if found.height <= height)

    def simulate(self, tx: VersionedTransaction, *, any_blockhash: bool = False) -> Simulated:
        """Run a transaction on this state; signatures are not looked at.

        NB: the Clock sysvar that programs see is the tip's.
        """
        if not any_blockhash and not self.accepts(message_of(tx).recent_blockhash):
            return refused("BlockhashNotFound")
        if self.record(str(tx.signatures[0])):
            return refused("AlreadyProcessed")
        with self._accounts.as_of(self.block.height):
            return simulate(self._accounts, tx)


def refused(err: Any) -> Simulated:
    """Answer a simulation that ended before anything ran."""
    return Simulated(Outcome(err, 0, 0, (), (), None), {})
