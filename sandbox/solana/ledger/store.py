"""The chain on disk: one sqlite commit per block, so that a killed process loses nothing landed.

What is pending is not stored; a real RPC node loses that too.
"""

import json
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey

from sandbox.solana.ledger.blocks import Block
from sandbox.solana.ledger.records import Outcome, TokenBalance, TxRecord
from sandbox.solana.ledger.undo import Images

_SCHEMA = """
create table if not exists facts (name text primary key, value text not null);
create table if not exists accounts (pubkey blob primary key, body blob);
create table if not exists blocks (height integer primary key, slot integer, parent_slot integer,
    blockhash blob, unix_time integer, undo blob);
create table if not exists transactions (signature text primary key, height integer,
    position integer, body text);
"""


class Store:
    """A chain's file. Use from one thread; `close` when done."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_SCHEMA)

    def seed(self, wanted: str) -> str:
        """Answer the seed that the file was made with; a new file keeps the wanted one."""
        self._db.execute("insert or ignore into facts values ('seed', ?)", (wanted,))
        (seed,) = self._db.execute("select value from facts where name = 'seed'").fetchone()
        return str(seed)

    def blocks(self) -> Iterator[tuple[Block, Images]]:
        """Answer the stored blocks with what accounts were before them, oldest first."""
        rows = self._db.execute(
            "select slot, height, parent_slot, blockhash, unix_time, undo from blocks"
            " order by height"
        )
        for slot, height, parent, blockhash, unix_time, undo in rows:
            yield Block(slot, height, parent, Hash(blockhash), unix_time), _images(undo)

    def accounts(self) -> list[tuple[Pubkey, Account | None]]:
        """Answer the written accounts, programs last.

        NB: LiteSVM takes a program only when its program data is already there.
        """
        rows = self._db.execute("select pubkey, body from accounts")
        found = [(Pubkey(key), Account.from_bytes(body) if body else None) for key, body in rows]
        return sorted(found, key=lambda pair: bool(pair[1] and pair[1].executable))

    def records(self) -> Iterator[TxRecord]:
        """Answer the landed transactions in the order of landing."""
        rows = self._db.execute("select body from transactions order by height, position")
        return (_record(json.loads(body)) for (body,) in rows)

    def commit(
        self,
        blocks: Iterable[tuple[Block, Images]],
        accounts: Iterable[tuple[Pubkey, Account | None]],
        records: Iterable[TxRecord],
        keep_from: int,
    ) -> None:
        """Write one step at once; blocks below the height `keep_from` are dropped."""
        db = self._db
        db.execute("begin")
        db.executemany(
            "insert or replace into blocks values (?, ?, ?, ?, ?, ?)",
            [
                (b.height, b.slot, b.parent_slot, bytes(b.blockhash), b.unix_time, _packed(undo))
                for b, undo in blocks
            ],
        )
        db.executemany(
            "insert or replace into accounts values (?, ?)",
            [(bytes(key), bytes(account) if account else None) for key, account in accounts],
        )
        db.executemany(
            "insert or replace into transactions values (?, ?, ?, ?)",
            [(r.signature, r.height, r.index, json.dumps(_plain(r))) for r in records],
        )
        db.execute("delete from blocks where height < ?", (keep_from,))
        db.execute("commit")

    def cut(self, height: int, accounts: Iterable[tuple[Pubkey, Account | None]]) -> None:
        """Forget what landed above a height, and write the accounts as they were there."""
        self._db.execute("begin")
        self._db.execute("delete from blocks where height > ?", (height,))
        self._db.execute("delete from transactions where height > ?", (height,))
        self._db.executemany(
            "insert or replace into accounts values (?, ?)",
            [(bytes(key), bytes(account) if account else None) for key, account in accounts],
        )
        self._db.execute("commit")

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _packed(images: Images) -> bytes:
    parts = []
    for key, account in images.items():
        body = bytes(account) if account else b""
        parts.append(bytes(key) + len(body).to_bytes(4, "little") + body)
    return b"".join(parts)


def _images(packed: bytes) -> Images:
    images: Images = {}
    at = 0
    while at < len(packed):
        length = int.from_bytes(packed[at + 32 : at + 36], "little")
        body = packed[at + 36 : at + 36 + length]
        images[Pubkey(packed[at : at + 32])] = Account.from_bytes(body) if body else None
        at += 36 + length
    return images


def _plain(record: TxRecord) -> dict[str, Any]:
    return asdict(record) | {"wire": b64encode(record.wire).decode()}


def _record(plain: dict[str, Any]) -> TxRecord:
    outcome = plain["outcome"]
    for name in ("logs", "inner"):
        outcome[name] = tuple(outcome[name])
    for name in ("keys", "pre_balances", "post_balances"):
        plain[name] = tuple(plain[name])
    for name in ("pre_tokens", "post_tokens"):
        plain[name] = tuple(TokenBalance(**item) for item in plain[name])
    wire = b64decode(plain["wire"])
    return TxRecord(**plain | {"wire": wire, "outcome": Outcome(**outcome)})
