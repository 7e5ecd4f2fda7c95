"""Where a landed transaction's lamports went, by the system program's own instructions. Pure.

Layouts: Solana `SystemInstruction` (bincode): u32 0 create account (u64 lamports), u32 2 transfer
(u64 lamports), u32 3 create account with seed (base key, u64 length and seed, u64 lamports).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from buyqueue import base58
from buyqueue.mints import SYSTEM_PROGRAM

_CREATE, _TRANSFER, _CREATE_WITH_SEED = 0, 2, 3


@dataclass(frozen=True, slots=True)
class Spending:
    """Lamports that one account gave to another."""

    source: str
    target: str
    lamports: int
    creates: bool
    """To bring the target into the world, not to pay it."""


def account_keys(transaction: Any) -> list[str]:
    """List the static keys, then those of lookup tables: writable ones, then read-only ones."""
    loaded = transaction["meta"].get("loadedAddresses") or {}
    static = transaction["transaction"]["message"]["accountKeys"]
    return [*static, *loaded.get("writable", []), *loaded.get("readonly", [])]


def spendings(transaction: Any) -> Iterator[Spending]:
    """Read a `getTransaction` answer (encoding `json`); inner instructions count, too."""
    keys = account_keys(transaction)
    inner = transaction["meta"].get("innerInstructions") or []
    found = [
        *transaction["transaction"]["message"].get("instructions", []),
        *(instruction for group in inner for instruction in group["instructions"]),
    ]
    for instruction in found:
        if keys[instruction["programIdIndex"]] == SYSTEM_PROGRAM:
            yield from _spending(keys, instruction["accounts"], base58.decode(instruction["data"]))


def _spending(keys: Sequence[str], accounts: Sequence[int], data: bytes) -> Iterator[Spending]:
    (kind,) = struct.unpack_from("<I", data)
    if kind in (_CREATE, _TRANSFER):
        (lamports,) = struct.unpack_from("<Q", data, 4)
    elif kind == _CREATE_WITH_SEED:
        (length,) = struct.unpack_from("<Q", data, 36)
        (lamports,) = struct.unpack_from("<Q", data, 44 + length)
    else:
        return
    yield Spending(keys[accounts[0]], keys[accounts[1]], lamports, kind != _TRANSFER)
