"""Places at work: so many buys at once, and those first whose transaction can already land."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """A bounded number of places, given in order of asking; those in a hurry go before others."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._hurried: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def taken(self, *, hurried: bool) -> AsyncIterator[None]:
        """Have a place while the context lasts, once one is free."""
        await self._take(self._hurried if hurried else self._patient)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, queue: deque[asyncio.Future[None]]) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()  # it was given in the moment in which it was not wanted any more
            raise

    def _give_back(self) -> None:
        for queue in (self._hurried, self._patient):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
