"""What to pay for priority. `percentile` is pure.

A node answers, for each of the last 150 slots, the least price that a transaction writing to the
given accounts has paid (Solana RPC `getRecentPrioritizationFees`); often 0, where nobody competes.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from buyqueue.buy.state import Order
from streams.chain.nodes import Nodes

PERCENTILE: Final = 75
"""Ahead of most of those who lately wrote to the same accounts."""
MOST_ACCOUNTS: Final = 128
"""That a node looks at (Agave `MAX_TX_ACCOUNT_LOCKS`)."""
_MICRO: Final = 10**6


async def priority_lamports(nodes: Nodes, order: Order, writable: Sequence[str], units: int) -> int:
    """Answer the order's own budget, or for `auto` what the accounts cost now, up to that budget.

    Raises Unavailable if no node answers.
    """
    if order.priority != "auto":
        return order.priority_fee_lamports
    answer = await nodes.read("getRecentPrioritizationFees", list(writable[:MOST_ACCOUNTS]))
    price = percentile((int(entry["prioritizationFee"]) for entry in answer), PERCENTILE)
    return min(order.priority_fee_lamports, -(-price * units // _MICRO))


def percentile(values: Iterable[int], percent: int) -> int:
    """Answer the least of the values that so many percent of them do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else 0
