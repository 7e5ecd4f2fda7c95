"""A local chain with real programs, and somebody who can open markets on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from solders.account import Account
from solders.compute_budget import set_compute_unit_limit
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.records import TxRecord
from sandbox.solana.node import LocalNode
from sandbox.solana.programs import KNOWN, load_programs
from tests.venues.programs import programs

SOL = 10**9
SYSTEM = Pubkey.default()


@dataclass
class Ground:
    """Acts on the chain at once: a block for each transaction."""

    node: LocalNode
    maker: Keypair = field(default_factory=Keypair)

    @property
    def chain(self) -> Chain:
        return self.node.chain

    def load(self, names: Sequence[str]) -> None:
        """Load programs by the names of their files."""
        found = programs()
        ids = [KNOWN[name] for name in names]
        load_programs(self.chain, [(Pubkey.from_string(one), found[one]) for one in ids])
        self.chain.produce()

    def give(self, wallet: Pubkey, lamports: int) -> None:
        self.chain.airdrop(wallet, lamports)
        self.chain.advance(2)

    def put(self, key: Pubkey, owner: Pubkey, data: bytes, lamports: int | None = None) -> None:
        """Write an account, rent-exempt unless told otherwise; it is confirmed afterwards."""
        rent = self.chain.accounts.svm.minimum_balance_for_rent_exemption(len(data))
        self.chain.put_account(key, Account(rent if lamports is None else lamports, data, owner))
        self.chain.advance(2)

    def data(self, key: Pubkey) -> bytes:
        """Answer an account's data as of the tip; empty if it is not there."""
        account = self.chain.accounts.now(key)
        return bytes(account.data) if account else b""

    def send(
        self,
        *instructions: Instruction,
        signers: Sequence[Keypair] = (),
        payer: Keypair | None = None,
    ) -> TxRecord:
        """Land a transaction; fails with the program's logs if the program does."""
        paying = payer or self.maker
        limit = set_compute_unit_limit(1_400_000)
        message = MessageV0.try_compile(
            paying.pubkey(), [limit, *instructions], [], self.chain.tip.blockhash
        )
        transaction = VersionedTransaction(message, [paying, *signers])
        signature = self.chain.submit(transaction)
        self.chain.advance(2)
        record = self.chain.history.get(signature)
        assert record is not None, "it did not land"
        assert record.outcome.err is None, "\n".join(record.outcome.logs)
        return record
