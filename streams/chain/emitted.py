"""Events that Anchor programs emit by calling themselves (`emit_cpi!`). Pure.

Such an event is the data of an inner instruction of the program: eight bytes that mark it, eight
that name it, then its fields.
"""

from collections.abc import Iterator
from typing import Any, Final

from buyqueue import base58

_MARK: Final = bytes.fromhex("e445a52e51cb9a1d")


def emitted(transaction: Any, program: str) -> Iterator[bytes]:
    """Answer a program's events of a `getTransaction` answer (encoding `json`), mark left off."""
    meta = transaction["meta"]
    loaded = meta.get("loadedAddresses") or {}
    keys = transaction["transaction"]["message"]["accountKeys"]
    every = [*keys, *loaded.get("writable", []), *loaded.get("readonly", [])]
    for outer in meta.get("innerInstructions") or []:
        for inner in outer["instructions"]:
            if every[inner["programIdIndex"]] != program:
                continue
            data = base58.decode(inner["data"])
            if data.startswith(_MARK):
                yield data[len(_MARK) :]
