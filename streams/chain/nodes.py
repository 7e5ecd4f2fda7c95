"""The configured RPC nodes, as one thing to ask."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Unavailable
from buyqueue.rpc import RpcError, RpcNode

READ_ROUNDS: Final = 3
PAUSE_S: Final = 0.25


class Nodes:
    """Reads from the first node that answers; offers all of them where every word counts."""

    def __init__(self, nodes: Sequence[RpcNode], clock: Clock) -> None:
        if not nodes:
            raise ValueError("at least one RPC node is needed")
        self.all = tuple(nodes)
        self._clock = clock

    async def read(self, method: str, *params: Any) -> Any:
        """Ask the nodes in turn, a few rounds, and answer the first result.

        For reads only: it repeats. Raises Unavailable(RPC_UNAVAILABLE) if no node answers, and
        for a JSON-RPC error too: that is never an outcome.
        """
        last: BuyQueueError | None = None
        for round_ in range(READ_ROUNDS):
            for node in self.all:
                try:
                    return await node.call(method, *params)
                except (Unavailable, RpcError) as error:
                    last = error
            await self._clock.sleep(PAUSE_S * 2**round_)
        raise Unavailable(Code.RPC_UNAVAILABLE, last.text if last else method)

    async def heights(self, commitment: str) -> list[int]:
        """Answer the block heights of the nodes that answer; raises Unavailable if none does."""
        answers = await asyncio.gather(
            *(node.call("getBlockHeight", {"commitment": commitment}) for node in self.all),
            return_exceptions=True,
        )
        heights = [int(answer) for answer in answers if not isinstance(answer, BaseException)]
        if not heights:
            raise Unavailable(Code.RPC_UNAVAILABLE, "no node told its block height")
        return heights
