"""How long a transaction can still land, by our own nodes' word."""

from typing import Final

from buyqueue.errors import BuyQueueError, Code, Retryable
from buyqueue.rpc import RpcNode
from streams.chain.nodes import Nodes
from streams.chain.transactions import Unsigned

BLOCKHASH_LIFE: Final = 150
"""Blocks for which a blockhash is accepted (Agave `MAX_PROCESSING_AGE`)."""
_PROCESSED: Final = {"commitment": "processed"}


async def last_valid_bound(nodes: Nodes, unsigned: Unsigned) -> int:
    """Answer a block height after which this transaction cannot land.

    A node that knows the blockhash tells its height *afterwards*: the blockhash is no younger
    than that, so it is dead 150 blocks later. A venue that names a lower height, or a node that
    lags behind the venue's, must not make us believe in an early death.

    Raises Retryable if no node knows the blockhash.
    """
    bounds = [bound for node in nodes.all if (bound := await _bound(nodes, node, unsigned))]
    if not bounds:
        raise Retryable(Code.RPC_UNAVAILABLE, "no node knows the transaction's blockhash (yet)")
    return max(bounds)


def believed(told: int, bound: int) -> int:
    """Answer the last valid height by a builder's word and our nodes' own bound.

    The later of the two: nodes behind one address may differ, and the one that told its height
    may lag behind the one that knew the blockhash. But no more than another blockhash's life
    later, which no node that answers lags by: a height without end would keep a buy from ever
    being proven dead.
    """
    return max(bound, min(told, bound + BLOCKHASH_LIFE))


async def _bound(nodes: Nodes, node: RpcNode, unsigned: Unsigned) -> int | None:
    try:
        fee = await node.call("getFeeForMessage", unsigned.message_base64, _PROCESSED)
        if fee["value"] is None:
            return None
        return await nodes.height(node, "processed") + BLOCKHASH_LIFE
    except BuyQueueError:
        return None
