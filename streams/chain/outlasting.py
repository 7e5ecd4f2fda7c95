"""Waiting until a message that its wallet may sign at any time has landed, or no longer can."""

import asyncio
from typing import Final

from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError
from buyqueue.logs import get_logger
from streams.chain.expiry import Dead, Elsewhere, Lifetime, examine
from streams.chain.nodes import Nodes
from streams.chain.sought import Sought

log = get_logger(__name__)
LOOK_EVERY_S: Final = 2.0


class Outlasting:
    """Watches the height for all that wait, by one question to the nodes at a time."""

    def __init__(self, nodes: Nodes, clock: Clock, margin_blocks: int) -> None:
        self._nodes = nodes
        self._clock = clock
        self._margin = margin_blocks
        self._looking: asyncio.Task[int] | None = None

    async def outlast(self, wanted: Sought, last_valid: int) -> Dead | Elsewhere:
        """Answer the proof that the message can no longer land, or how it has landed.

        Never gives up by itself, and asks for no proof before a node is past the last height.
        """
        while True:
            if await self._height() > last_valid + 1 + self._margin:
                lifetime = Lifetime(wanted.searched_from, last_valid)
                verdict = await examine(self._nodes, None, lifetime, self._margin, wanted)
                if isinstance(verdict, Dead | Elsewhere):
                    return verdict

    async def _height(self) -> int:
        """Answer the greatest height that any node tells, after a while; 0 where none does."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="height")
        return await asyncio.shield(self._looking)

    async def _look(self) -> int:
        await self._clock.sleep(LOOK_EVERY_S)
        try:
            return max(await self._nodes.heights("confirmed"))
        except BuyQueueError as error:
            log.warning("height.unanswered", why=error.text)
            return 0
