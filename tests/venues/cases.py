"""Very many buys against a real program, quickly: accounts are written, transactions simulated."""

from collections.abc import Sequence
from dataclasses import dataclass

from solders.account import Account
from solders.compute_budget import set_compute_unit_limit
from solders.instruction import Instruction
from solders.litesvm import LiteSVM
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from streams.chain.accounts import Account as Seen
from streams.chain.accounts import token_account_of
from tests.venues.ground import Ground


@dataclass(frozen=True)
class Tried:
    """What a simulated buy did; lamports, base units."""

    error: str | None
    tokens: int
    lamports: int
    logs: Sequence[str]


@dataclass
class Cases:
    """Writes accounts into the virtual machine itself: nothing is logged, undone or mined."""

    ground: Ground

    @property
    def svm(self) -> LiteSVM:
        return self.ground.chain.accounts.svm

    def write(self, key: Pubkey, changes: dict[int, bytes], lamports: int | None = None) -> None:
        before = self.svm.get_account(key)
        assert before is not None
        data = bytearray(before.data)
        for at, part in changes.items():
            data[at : at + len(part)] = part
        held = before.lamports if lamports is None else lamports
        self.svm.set_account(key, Account(held, bytes(data), before.owner))

    def seen(self, key: str) -> Seen | None:
        account = self.svm.get_account(Pubkey.from_string(key))
        if account is None:
            return None
        return Seen(str(account.owner), account.lamports, bytes(account.data))

    def buy(self, wallet: Pubkey, received: Pubkey, *instructions: Instruction) -> Tried:
        limit = set_compute_unit_limit(1_400_000)
        blockhash = self.ground.chain.tip.blockhash
        message = MessageV0.try_compile(wallet, [limit, *instructions], [], blockhash)
        signed = VersionedTransaction.populate(message, [self.ground.maker.sign_message(b"")])
        result = self.svm.simulate_transaction(signed)
        if isinstance(result, FailedTransactionMetadata):
            return Tried(str(result.err()), 0, 0, result.meta().logs())
        after = dict(result.post_accounts())
        bought = after[received]
        held = token_account_of(Seen(str(bought.owner), bought.lamports, bytes(bought.data)))
        before = self.svm.get_account(wallet)
        assert held is not None
        assert before is not None
        return Tried(None, held.amount, before.lamports - after[wallet].lamports, ())
