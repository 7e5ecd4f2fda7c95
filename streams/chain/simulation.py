"""Asking a node what a transaction would do, without landing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from buyqueue.errors import Code, Retryable
from streams.chain.accounts import Account, account_of
from streams.chain.nodes import Nodes
from streams.chain.transactions import Unsigned


@dataclass(frozen=True, slots=True)
class Simulated:
    """The outcome; `accounts` are those asked for, as they would be afterwards."""

    error: Any
    units: int
    logs: tuple[str, ...]
    accounts: Mapping[str, Account | None]


async def simulate(nodes: Nodes, unsigned: Unsigned, keys: Sequence[str]) -> Simulated:
    """Run a transaction on the confirmed state; signatures are not looked at.

    Raises Retryable if no node answers or none knows the blockhash yet.
    """
    answer = await nodes.read(
        "simulateTransaction",
        unsigned.base64,
        {
            "encoding": "base64",
            "commitment": "confirmed",
            "sigVerify": False,
            "accounts": {"encoding": "base64", "addresses": list(keys)},
        },
    )
    outcome: dict[str, Any] = answer["value"]
    if outcome["err"] == "BlockhashNotFound":
        raise Retryable(Code.RPC_UNAVAILABLE, "the node does not know the blockhash (yet)")
    accounts = outcome["accounts"] or [None] * len(keys)
    return Simulated(
        error=outcome["err"],
        units=int(outcome.get("unitsConsumed") or 0),
        logs=tuple(outcome.get("logs") or ()),
        accounts=dict(zip(keys, map(account_of, accounts), strict=True)),
    )
