"""Transactions that were sent and have not landed."""

from dataclasses import dataclass

from solders.hash import Hash
from solders.transaction import VersionedTransaction

from sandbox.solana.ledger.messages import message_of, unit_price


@dataclass(frozen=True, slots=True)
class Pending:
    """One transaction in the queue; `price` in micro-lamports per compute unit."""

    tx: VersionedTransaction
    signature: str
    price: int
    not_before_slot: int
    arrival: int

    @property
    def blockhash(self) -> Hash:
        """The hash that its life hangs on."""
        return message_of(self.tx).recent_blockhash


class PendingQueue:
    """By price, then by arrival; sending what is already here changes nothing."""

    def __init__(self) -> None:
        self._waiting: dict[str, Pending] = {}
        self._arrivals = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, tx: VersionedTransaction, not_before_slot: int) -> str:
        """Take a transaction in; answer its signature."""
        signature = str(tx.signatures[0])
        self._arrivals += 1
        price = unit_price(message_of(tx))
        entry = Pending(tx, signature, price, not_before_slot, self._arrivals)
        self._waiting.setdefault(signature, entry)
        return signature

    def ready(self, slot: int, price_floor: int) -> list[Pending]:
        """Answer what may land in a slot, the dearest first."""
        ready = [
            entry
            for entry in self._waiting.values()
            if entry.not_before_slot <= slot and entry.price >= price_floor
        ]
        return sorted(ready, key=lambda entry: (-entry.price, entry.arrival))

    def every(self) -> list[Pending]:
        """Answer all of it."""
        return list(self._waiting.values())

    def remove(self, signature: str) -> None:
        """Forget one."""
        self._waiting.pop(signature, None)
