"""What the chain remembers of each transaction that landed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from solders.transaction import VersionedTransaction


@dataclass(frozen=True, slots=True)
class TokenBalance:
    """A token account's balance before or after; `amount` in base units."""

    account_index: int
    mint: str
    owner: str
    program: str
    amount: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What executing (or simulating) one transaction did.

    `err` is the wire form of Solana's `TransactionError`, None for success; `fee` in lamports.
    """

    err: Any
    fee: int
    units: int
    logs: tuple[str, ...]
    inner: tuple[Any, ...]
    return_data: Any


@dataclass(frozen=True, slots=True)
class TxRecord:
    """One transaction that landed, failed or not; balances in lamports, in key order."""

    signature: str
    wire: bytes
    slot: int
    height: int
    index: int
    unix_time: int
    unit_price: int
    """Micro-lamports per compute unit."""
    outcome: Outcome
    keys: tuple[str, ...]
    loaded_writable: int
    loaded_readonly: int
    pre_balances: tuple[int, ...]
    post_balances: tuple[int, ...]
    pre_tokens: tuple[TokenBalance, ...]
    post_tokens: tuple[TokenBalance, ...]

    @property
    def written(self) -> set[str]:
        """The accounts that it locked for writing."""
        message = VersionedTransaction.from_bytes(self.wire).message
        header, static = message.header, len(message.account_keys)
        signers = header.num_required_signatures
        writable = [
            *range(signers - header.num_readonly_signed_accounts),
            *range(signers, static - header.num_readonly_unsigned_accounts),
            *range(static, static + self.loaded_writable),
        ]
        return {self.keys[index] for index in writable}


def message_hash(wire: bytes) -> bytes:
    """Hash a transaction without its signatures: there are fewer than 128, of 64 bytes each."""
    return hashlib.sha256(wire[1 + 64 * wire[0] :]).digest()


class History:
    """Landed transactions, by signature and by address.

    NB: kept for ever in memory, about 4 kB each; the duplicate check needs them.
    """

    def __init__(self) -> None:
        self._records: dict[str, TxRecord] = {}
        self._by_key: defaultdict[str, list[str]] = defaultdict(list)
        self._messages: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: TxRecord) -> None:
        """Remember one."""
        self._records[record.signature] = record
        self._messages.add(message_hash(record.wire))
        for key in dict.fromkeys(record.keys):
            self._by_key[key].append(record.signature)

    def get(self, signature: str) -> TxRecord | None:
        """Answer one by its signature."""
        return self._records.get(signature)

    def knows(self, wire: bytes) -> bool:
        """Tell whether a transaction's message has landed, under whatever signature.

        As Agave's status cache, whose key is the hash of the message.
        """
        return message_hash(wire) in self._messages

    def touching(self, key: str) -> Iterator[TxRecord]:
        """Answer those that name an account, newest first."""
        return (self._records[found] for found in reversed(self._by_key.get(key, ())))

    def newest(self, height: int, blocks: int) -> Iterator[TxRecord]:
        """Answer what landed in the last blocks up to a height, newest first."""
        for record in reversed(self._records.values()):
            if record.height <= height - blocks:
                break
            if record.height <= height:
                yield record

    def forget_above(self, height: int) -> list[TxRecord]:
        """Take away what landed above a height; answer it oldest first."""
        gone = [record for record in self._records.values() if record.height > height]
        for record in gone:
            del self._records[record.signature]
            self._messages.discard(message_hash(record.wire))
            for key in set(record.keys):
                self._by_key[key].remove(record.signature)
        return gone
