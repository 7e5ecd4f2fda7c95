"""The last look before signing: it asks what this transaction would do to the wallet.

The final message is simulated, and the wallet's own accounts are compared before and after. A
venue's answer is never trusted more than that. What a simulation cannot see: a program that
behaves otherwise at the moment of execution.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from solders.address_lookup_table_account import AddressLookupTable

from buyqueue.errors import BuyQueueError, Code, Refused, Retryable
from buyqueue.mints import SYSTEM_PROGRAM
from streams.chain.accounts import (
    WRAPPED_SOL,
    Account,
    TokenAccount,
    account_of,
    token_account_of,
)
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.nodes import Nodes
from streams.chain.simulation import simulate
from streams.chain.transactions import Unsigned, lookup_tables, writable_keys

ROUNDS: Final = 3
Accounts = Mapping[str, Account | None]
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
    """For accounts that are not the wallet's token accounts."""


def violation(before: Accounts, after: Accounts, limits: Limits, fee: int) -> str | None:
    """Answer how the change breaks the limits, or None if it keeps them. Pure."""
    wallet_before, wallet_after = before.get(limits.wallet), after.get(limits.wallet)
    if wallet_before is None:
        return "the wallet does not exist"
    if wallet_after and (wallet_after.owner != SYSTEM_PROGRAM or wallet_after.data):
        return "the wallet itself would change its owner"
    rent = received = 0
    for key, account in after.items():
        old, new = token_account_of(before.get(key)), token_account_of(account)
        if old and old.authority == limits.wallet and (broken := _taken(key, old, new)):
            return broken
        if new is None or new.authority != limits.wallet:
            continue
        if old is None or old.authority != limits.wallet:
            if new.delegate or new.close_authority not in (None, limits.wallet):
                return f"{key} would be opened under somebody else's control"
            rent += account.lamports if account else 0
        if new.mint == limits.mint:
            received += new.amount - (old.amount if old and old.authority == limits.wallet else 0)
    allowed = limits.lamports + limits.tip_lamports + fee + rent + limits.rent_lamports
    spent = wallet_before.lamports - (wallet_after.lamports if wallet_after else 0)
    if spent > allowed:
        return f"{spent} lamports would leave the wallet, and {allowed} may"
    if received < limits.minimum_out:
        return f"{received} base units would come in, and the minimum is {limits.minimum_out}"
    return None


def _taken(key: str, old: TokenAccount, new: TokenAccount | None) -> str | None:
    if new is None:
        # Closing an empty account, or unwrapping SOL, gives its lamports to the wallet: those
        # are counted. Anything else that vanishes was somebody's gain.
        return None if old.amount == 0 or old.mint == WRAPPED_SOL else f"{key} would be closed"
    if new.authority != old.authority:
        return f"the owner of {key} would change"
    if new.delegate != old.delegate or new.close_authority != old.close_authority:
        return f"somebody else would get power over {key}"
    if new.amount < old.amount and old.mint != WRAPPED_SOL:
        return f"{old.amount - new.amount} base units of {old.mint} would leave the wallet"
    return None


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
        keys, fee = await asyncio.gather(self._watched(unsigned, limits), self._fee(unsigned))
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
            answer = await self._accounts([table for table, _, _ in tables])
            for (table, writable, _), account in zip(tables, answer, strict=True):
                if account is None:
                    raise _unsafe(f"its lookup table {table} does not exist")
                addresses = AddressLookupTable.deserialize(account.data).addresses
                keys += [str(addresses[index]) for index in writable]
        return list(dict.fromkeys([limits.wallet, *keys]))

    async def _fee(self, unsigned: Unsigned) -> int:
        answer = await self._nodes.read(
            "getFeeForMessage", unsigned.message_base64, {"commitment": "confirmed"}
        )
        if answer["value"] is None:
            raise Retryable(Code.RPC_UNAVAILABLE, "the node does not know the blockhash (yet)")
        return int(answer["value"])

    async def _accounts(self, keys: list[str]) -> list[Account | None]:
        answer = await self._nodes.read(
            "getMultipleAccounts", keys, {"encoding": "base64", "commitment": "confirmed"}
        )
        return [account_of(entry) for entry in answer["value"]]

    async def _read(self, keys: list[str]) -> Accounts:
        return dict(zip(keys, await self._accounts(keys), strict=True))

    async def _simulate(self, unsigned: Unsigned, keys: list[str]) -> Accounts:
        outcome = await simulate(self._nodes, unsigned, keys)
        if outcome.error is not None:
            raise self._refusal(outcome.error, unsigned)
        return outcome.accounts


def _unsafe(why: str) -> Refused:
    return Refused(Code.TRANSACTION_UNSAFE, f"Transaction refused before signing: {why}")
