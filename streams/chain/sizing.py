"""Trying a transaction of our own out once, and sizing it by what it used."""

from typing import Any, Final

from solders.transaction import VersionedTransaction

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from streams.chain.assembly import MAX_UNITS, Budget, to_base64
from streams.chain.nodes import Nodes
from streams.chain.priority import priority_lamports
from streams.chain.simulation import Simulated, simulate
from streams.chain.transactions import MAX_BYTES, Unsigned, writable_keys

SPARE_UNITS_PERCENT: Final = 20
"""Compute units change a little with what other transactions did to the same accounts."""
TRIAL: Final = Budget(MAX_UNITS, 0)


class Failing(Exception):
    """The transaction would fail."""

    def __init__(self, error: Any, transaction: Unsigned) -> None:
        super().__init__(str(error))
        self.error = error
        self.transaction = transaction


class TooLong(Refused):
    """It does not fit a packet."""

    def __init__(self, size: int) -> None:
        super().__init__(
            Code.TRANSACTION_FAILED, f"Transaction failed: it has {size} bytes, and {MAX_BYTES} fit"
        )


async def latest_blockhash(nodes: Nodes) -> tuple[str, int]:
    """Answer a confirmed blockhash, and the last block height at which it counts."""
    answer = await nodes.read("getLatestBlockhash", {"commitment": "confirmed"})
    value = answer["value"]
    return str(value["blockhash"]), int(value["lastValidBlockHeight"])


async def tried_out(nodes: Nodes, trial: Unsigned, keys: list[str]) -> Simulated:
    """Simulate a transaction and answer what it did to these accounts.

    Raises TooLong for what no node takes, before one is asked: nodes call it a bad request, which
    would look like a fault of theirs. Raises Failing if it would fail.
    """
    fitting(trial.transaction)
    tried = await simulate(nodes, trial, keys)
    if tried.error is not None:
        raise Failing(tried.error, trial)
    return tried


async def budget_of(nodes: Nodes, order: Order, trial: Unsigned, tried: Simulated) -> Budget:
    """Answer the budget of a transaction by what its trial used."""
    units = min(MAX_UNITS, tried.units * (100 + SPARE_UNITS_PERCENT) // 100)
    return Budget(units, await priority_lamports(nodes, order, writable_keys(trial), units))


def fitting(transaction: VersionedTransaction) -> str:
    """Write a transaction as base64; raises TooLong."""
    size = len(bytes(transaction))
    if size > MAX_BYTES:
        raise TooLong(size)
    return to_base64(transaction)
