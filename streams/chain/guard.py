"""The last look before signing: it asks what this transaction would do to the wallet.

The final message is simulated, and the wallet's own accounts are compared before and after. A
venue's answer is never trusted more than that. What a simulation cannot see: a program that
behaves otherwise at the moment of execution.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from solders.address_lookup_table_account import AddressLookupTable

from buyqueue.errors import BuyQueueError, Code, Refused, Retryable
from buyqueue.mints import SYSTEM_PROGRAM
from streams.chain.accounts import Account, token_account_of
from streams.chain.belongings import (
    Accounts,
    held_by,
    rent_opened,
    ruled_by_others,
    sol_lost,
    token_account_taken,
    token_account_trapped,
)
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.naming import other_account_taken
from streams.chain.nodes import MOST, Nodes
from streams.chain.simulation import simulate
from streams.chain.transactions import Unsigned, lookup_tables, writable_keys

ROUNDS: Final = 3
LOOKUP_TABLE_PROGRAM: Final = "AddressLookupTab1e1111111111111111111111111"
Explain = Callable[[Any, Unsigned], BuyQueueError]
"""Turns a simulation's error into what the buy is told."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the wallet agreed to; lamports and base units."""

    wallet: str
    mint: str
    lamports: int
    priority_fee_lamports: int
    tip_lamports: int
    minimum_out: int
    rent_lamports: int = 0
    """The most for accounts that are not the wallet's own; what they do not need is not paid."""
    signatures: int = 1
    """The chain charges for each."""


def violation(before: Accounts, after: Accounts, limits: Limits, fee: int) -> str | None:
    """Answer how the change breaks the limits, or None if it keeps them. Pure."""
    wallet_after = after.get(limits.wallet)
    if before.get(limits.wallet) is None:
        return "the wallet does not exist"
    if wallet_after and (wallet_after.owner != SYSTEM_PROGRAM or wallet_after.data):
        return "the wallet itself would change its owner"
    received = 0
    for key, account in after.items():
        broken, gained = _judged(key, before.get(key), account, limits)
        if broken:
            return broken
        received += gained
    rent = min(limits.rent_lamports, rent_opened(before, after, limits.wallet))
    allowed = limits.lamports + limits.tip_lamports + fee + rent
    spent = sol_lost(before, after, limits.wallet, limits.mint)
    if spent > allowed:
        return f"{spent} lamports would leave the wallet, and {allowed} may"
    if received < limits.minimum_out:
        return f"{received} base units would come in, and the minimum is {limits.minimum_out}"
    return None


def _judged(
    key: str, old: Account | None, new: Account | None, limits: Limits
) -> tuple[str | None, int]:
    """Answer what is wrong with one account's change, and what it brings of the token bought."""
    mine = held_by(limits.wallet, old)
    held = held_by(limits.wallet, new)
    if mine:
        broken = token_account_taken(key, mine, token_account_of(new))
    else:
        broken = other_account_taken(key, old, new, limits.wallet)
        broken = broken or (held and token_account_trapped(key, held, limits.wallet)) or None
    if held is None or held.mint != limits.mint or ruled_by_others(held, limits.wallet):
        return broken, 0
    return broken, held.amount - (mine.amount if mine and mine.mint == limits.mint else 0)


class Guard:
    """Simulates and judges."""

    def __init__(self, nodes: Nodes, refusal: Explain) -> None:
        self._nodes = nodes
        self._refusal = refusal

    async def check(self, unsigned: Unsigned, limits: Limits) -> None:
        """Return if the transaction keeps the limits.

        Raises Refused(TRANSACTION_UNSAFE) if it does not, what `refusal` makes of the error if it
        would fail, Retryable if the nodes cannot tell yet.
        """
        if unsigned.signature_count > limits.signatures:
            raise _unsafe(
                f"{unsigned.signature_count} signatures would be paid, and "
                f"{limits.signatures} were agreed"
            )
        fee, keys = await asyncio.gather(self._fee(unsigned), self._watched(unsigned, limits))
        priority = fee - LAMPORTS_PER_SIGNATURE * unsigned.signature_count
        if priority > limits.priority_fee_lamports:
            raise _unsafe(
                f"its priority fee is {priority} lamports, and "
                f"{limits.priority_fee_lamports} were agreed"
            )
        for _ in range(ROUNDS):
            before = await self._read(keys)
            after = await self._simulate(unsigned, keys)
            broken = violation(before, after, limits, fee)
            if broken is None:
                return
            # Another buy of the same wallet may have landed between the two looks.
            if await self._read(keys) == before:
                raise _unsafe(broken)
        raise Retryable(Code.RPC_UNAVAILABLE, "the wallet changes too fast to be checked")

    async def _watched(self, unsigned: Unsigned, limits: Limits) -> list[str]:
        keys = writable_keys(unsigned)
        tables = lookup_tables(unsigned)
        if tables:
            seen = await self._nodes.accounts([table for table, _, _ in tables])
            for (table, writable, _), account in zip(tables, seen.accounts, strict=True):
                keys += _looked_up(table, account, writable)
        watched = list(dict.fromkeys([limits.wallet, *keys]))
        if len(watched) > MOST:
            raise _unsafe(f"it writes to {len(watched)} accounts, and {MOST} can be watched")
        return watched

    async def _fee(self, unsigned: Unsigned) -> int:
        answer = await self._nodes.read(
            "getFeeForMessage", unsigned.message_base64, {"commitment": "confirmed"}
        )
        if answer["value"] is None:
            raise Retryable(Code.RPC_UNAVAILABLE, "the node does not know the blockhash (yet)")
        return int(answer["value"])

    async def _read(self, keys: list[str]) -> Accounts:
        return dict(zip(keys, (await self._nodes.accounts(keys)).accounts, strict=True))

    async def _simulate(self, unsigned: Unsigned, keys: list[str]) -> Accounts:
        outcome = await simulate(self._nodes, unsigned, keys)
        if outcome.error is not None:
            raise self._refusal(outcome.error, unsigned)
        return outcome.accounts


def _looked_up(table: str, account: Account | None, indexes: bytes) -> list[str]:
    if account is None or account.owner != LOOKUP_TABLE_PROGRAM:
        raise _unsafe(f"its lookup table {table} does not exist")
    try:
        addresses = AddressLookupTable.deserialize(account.data).addresses
    except ValueError:
        raise _unsafe(f"its lookup table {table} cannot be read") from None
    if max(indexes, default=0) >= len(addresses):
        raise _unsafe(f"its lookup table {table} has no such entry")
    return [str(addresses[index]) for index in indexes]


def _unsafe(why: str) -> Refused:
    return Refused(Code.TRANSACTION_UNSAFE, f"Transaction refused before signing: {why}")
