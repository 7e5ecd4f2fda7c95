"""Reading what a transaction did from the first node that can tell."""

from collections.abc import Callable
from typing import Any, Final

from buyqueue.errors import BuyQueueError
from buyqueue.logs import get_logger
from streams.chain.fill import Fill
from streams.chain.nodes import Nodes
from streams.chain.statuses import Status

log = get_logger(__name__)
_HOW: Final = {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0}
_UNREADABLE: Final = (AttributeError, LookupError, TypeError, ValueError)


async def fill_seen(
    nodes: Nodes, signature: str, status: Status, read: Callable[[Any], Fill]
) -> tuple[Fill, Any] | None:
    """Answer what a transaction did and a node's whole answer; None while no node can tell yet.

    `status` is what it landed as. What `read` cannot read is as good as no answer.
    """
    for node in nodes.all:
        try:
            answer: Any = await node.call("getTransaction", signature, _HOW)
            fill = read(answer) if answer else None
        except BuyQueueError as error:
            log.info("fill.unanswered", node=node.name, why=error.text)
            continue
        except _UNREADABLE as error:
            log.warning("fill.unreadable", node=node.name, why=type(error).__name__)
            continue
        # A fork may lie between the two answers.
        if fill and (fill.slot, fill.error is None) == (status.slot, status.error is None):
            return fill, answer
    return None
