"""The chain: pure and synchronous, one linear line of blocks over LiteSVM.

Not modelled: votes, stake, leaders and forwarding, forks other than `roll_back`, account-lock
contention, compute caps of a block or of an account, durable nonces (they count as unknown
blockhashes), proof of history (one hash per block). A simulation tells duplicates by signature.
"""

import random
from collections.abc import Callable
from pathlib import Path

from solders.account import Account
from solders.clock import Clock
from solders.compute_budget import set_compute_unit_limit
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sandbox.solana.ledger import genesis
from sandbox.solana.ledger.accounts import Accounts
from sandbox.solana.ledger.bank import DEPTH, Bank, Commitment
from sandbox.solana.ledger.blocks import (
    FINALIZED_DEPTH,
    FIRST_HEIGHT,
    FIRST_SLOT,
    MAX_AGE,
    SLOTS_PER_EPOCH,
    Block,
    BlockLine,
    blockhash_after,
)
from sandbox.solana.ledger.execute import run
from sandbox.solana.ledger.knobs import Knobs
from sandbox.solana.ledger.messages import fully_signed
from sandbox.solana.ledger.pending import PendingQueue
from sandbox.solana.ledger.records import History, TxRecord
from sandbox.solana.ledger.store import Store
from sandbox.solana.ledger.undo import KEPT

UPGRADEABLE_LOADER = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
_AIRDROP_UNITS = 1_000


class Chain:
    """`produce` is the only thing that lands transactions. Everything answers at once.

    With a path the state survives: the same path continues where the last block ended, with the
    seed it was made with. `wall` answers unix seconds for block times; without it they are counted
    from the slots. NB: not for use from two threads.
    """

    def __init__(
        self,
        *,
        seed: str = "local",
        path: Path | None = None,
        slot_ms: int = 400,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self._store = Store(path) if path else None
        self.seed = self._store.seed(seed) if self._store else seed
        self.knobs = Knobs(slot_ms=slot_ms)
        self.accounts = Accounts(genesis.new_svm())
        self.blocks = BlockLine()
        self.history = History()
        self.pending = PendingQueue()
        self.on_block: list[Callable[[Block], None]] = []
        self._wall = wall
        self._dice = random.Random(self.seed)  # noqa: S311 - a repeatable run is the point
        self._airdrops = 0
        self._fresh: list[TxRecord] = []
        self._elapsed_ms = genesis.GENESIS_TIME * 1000
        self._load()
        self.slot = self.blocks.tip.slot

    @property
    def tip(self) -> Block:
        """The newest block."""
        return self.blocks.tip

    def bank(self, commitment: Commitment = "confirmed", lag_slots: int = 0) -> Bank:
        """Answer the chain as of a commitment, as a node sees it that is some slots behind."""
        newest = self.blocks.last_up_to(self.slot - lag_slots) if lag_slots else self.tip
        behind = self.tip.height - newest.height
        block = self.blocks.behind(behind + DEPTH[commitment])
        return Bank(block, self.accounts, self.blocks, self.history)

    def submit(self, tx: VersionedTransaction, *, delay_slots: int = 0) -> str:
        """Queue a transaction; answer its signature.

        It lands in a later block, or is dropped without a word: when it is not fully signed, its
        blockhash is unknown or has expired, it already landed, or it cannot pay.
        """
        if not fully_signed(tx):
            return str(tx.signatures[0])
        return self.pending.add(tx, self.slot + 1 + delay_slots)

    def airdrop(self, wallet: Pubkey, lamports: int) -> str:
        """Queue a transfer from the faucet; answer its signature."""
        faucet = genesis.keypair_from(self.seed, "faucet")
        self._airdrops += 1
        # The odd limit tells two equal airdrops on one blockhash apart.
        limit = set_compute_unit_limit(_AIRDROP_UNITS + self._airdrops % 1_000_000)
        pay = transfer(
            TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=wallet, lamports=lamports)
        )
        message = MessageV0.try_compile(faucet.pubkey(), [limit, pay], [], self.tip.blockhash)
        return self.submit(VersionedTransaction(message, [faucet]))

    def advance(self, slots: int = 1) -> Block:
        """Produce that many slots; answer the tip."""
        for _ in range(slots):
            self.produce()
        return self.tip

    def produce(self) -> Block | None:
        """Let one slot pass; answer its block, None if it was skipped."""
        self.slot += 1
        self._elapsed_ms += self.knobs.slot_ms
        if self._dice.random() < self.knobs.skip_rate:
            return None
        parent = self.tip
        block = Block(
            slot=self.slot,
            height=parent.height + 1,
            parent_slot=parent.slot,
            blockhash=blockhash_after(parent.blockhash, self.slot, self.seed),
            unix_time=self._unix_time(),
        )
        previous = (parent, self.accounts.undo.newest())
        self._open(block)
        self._execute(block, parent)
        self._commit([previous, (block, self.accounts.undo.newest())])
        for listener in self.on_block:
            listener(block)
        return block

    def roll_back(self, blocks: int, *, requeue: bool = True) -> None:
        """Undo the newest blocks, as a fork does; later blocks have other slots and hashes.

        What had landed there is gone, or waits again with `requeue`.
        Raises ValueError if that would undo a finalized block.
        """
        if not 0 < blocks < min(FINALIZED_DEPTH, len(self.blocks)):
            raise ValueError("can only roll back blocks that are not finalized")
        for _ in self.blocks.cut(blocks):
            for pubkey, account in self.accounts.undo.pop().items():
                self.accounts.restore(pubkey, account)
                self.accounts.dirty[pubkey] = None
        gone = self.history.forget_above(self.tip.height)
        if self._store:
            self._store.cut(self.tip.height, self._take_dirty())
        for record in gone if requeue else ():
            self.submit(VersionedTransaction.from_bytes(record.wire))

    def put_account(self, pubkey: Pubkey, account: Account | None) -> None:
        """Overwrite an account as of the newest block; stored with the next one."""
        self.accounts.put(pubkey, account)

    def add_program(self, program: Pubkey, elf: bytes) -> None:
        """Load a program, callable at once; stored with the next block.

        Raises LiteSVMError for bad bytes.
        """
        before = self.accounts.now(program)
        self.accounts.svm.add_program(program, elf)
        data, _ = Pubkey.find_program_address([bytes(program)], UPGRADEABLE_LOADER)
        for key, was in ((data, None), (program, before)):
            if account := self.accounts.now(key):
                self.accounts.wrote(key, was, account)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._store:
            self._store.close()

    def _execute(self, block: Block, parent: Block) -> None:
        room = self.knobs.max_per_block
        landed = 0
        for entry in self.pending.ready(block.slot, self.knobs.price_floor):
            if room is not None and landed >= room:
                break
            self.pending.remove(entry.signature)
            known = self.history.knows(bytes(entry.tx))
            if known or not self.blocks.usable_at(entry.blockhash, parent.height):
                continue
            record = run(self.accounts, entry.tx, block, landed)
            if record:
                self.history.add(record)
                self._fresh.append(record)
                landed += 1
        for entry in self.pending.every():
            made = self.blocks.height_of(entry.blockhash)
            if made is None or block.height - made > MAX_AGE:
                self.pending.remove(entry.signature)

    def _unix_time(self) -> int:
        return int(self._wall()) if self._wall else self._elapsed_ms // 1000

    def _open(self, block: Block) -> None:
        self.blocks.append(block)
        self.accounts.undo.open(block.height)
        epoch = block.slot // SLOTS_PER_EPOCH
        clock = Clock(block.slot, block.unix_time, epoch, epoch + 1, block.unix_time)
        self.accounts.svm.set_clock(clock)

    def _take_dirty(self) -> list[tuple[Pubkey, Account | None]]:
        keys = list(self.accounts.dirty)
        self.accounts.dirty.clear()
        return [(key, self.accounts.now(key)) for key in keys]

    def _commit(self, blocks: list[tuple[Block, dict[Pubkey, Account | None]]]) -> None:
        records, self._fresh = self._fresh, []
        accounts = self._take_dirty()
        if self._store:
            self._store.commit(blocks, accounts, records, self.tip.height - KEPT)

    def _load(self) -> None:
        """Take the stored chain up, or make the first blocks so that `finalized` is defined."""
        for pubkey, account in self._store.accounts() if self._store else ():
            self.accounts.restore(pubkey, account)
        for block, images in self._store.blocks() if self._store else ():
            self.blocks.append(block)
            self.accounts.undo.load(block.height, images)
        for record in self._store.records() if self._store else ():
            self.history.add(record)
        if len(self.blocks):
            self._elapsed_ms = self.tip.unix_time * 1000
            return
        self.slot = FIRST_SLOT
        first = Block(
            FIRST_SLOT,
            FIRST_HEIGHT,
            FIRST_SLOT - 1,
            genesis.genesis_hash(self.seed),
            self._unix_time(),
        )
        self._open(first)
        genesis.populate(self.accounts, self.seed)
        self.advance(FINALIZED_DEPTH + 1)
