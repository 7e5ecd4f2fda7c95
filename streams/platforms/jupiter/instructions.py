"""The instructions of a `GET /build` answer. Pure.

Shape: Jupiter's OpenAPI document "Swap API V2". Its compute budget and tip are left out: ours are.
"""

import base64
from dataclasses import dataclass
from typing import Any, Final

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

_MOST_BYTES: Final = 0xFFFF
"""A transaction counts no further; solders panics, past any `except Exception`, if it has to."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes up a swap, in order, and the tables that shorten it.

    NB: which addresses a table holds is Jupiter's word; the chain looks for itself, and so does
    the guard.
    """

    instructions: tuple[Instruction, ...]
    tables: tuple[AddressLookupTableAccount, ...]


def read_recipe(answer: dict[str, Any]) -> Recipe:
    """Read the answer; raises what `understood` turns into a refusal if it is garbled."""
    parts = [
        *(answer.get("setupInstructions") or []),
        answer["swapInstruction"],
        *([answer["cleanupInstruction"]] if answer.get("cleanupInstruction") else []),
        *(answer.get("otherInstructions") or []),
    ]
    instructions = tuple(map(_instruction, parts))
    if sum(3 + len(one.accounts) + len(one.data) for one in instructions) > _MOST_BYTES:
        raise ValueError("instructions, which are too long for any transaction")
    tables = answer.get("addressesByLookupTableAddress") or {}
    return Recipe(
        instructions,
        tuple(
            AddressLookupTableAccount(
                Pubkey.from_string(table), [Pubkey.from_string(each) for each in addresses]
            )
            for table, addresses in tables.items()
        ),
    )


def _instruction(part: dict[str, Any]) -> Instruction:
    metas = [
        AccountMeta(
            Pubkey.from_string(meta["pubkey"]),
            is_signer=bool(meta["isSigner"]),
            is_writable=bool(meta["isWritable"]),
        )
        for meta in part["accounts"]
    ]
    data = base64.b64decode(part["data"], validate=True)
    return Instruction(Pubkey.from_string(part["programId"]), data, metas)
