"""What waits to be sent to one client."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Final, Protocol

from api.relay.told import Told
from buyqueue.clock import Clock
from buyqueue.logs import get_logger

MOST_WAITING: Final = 10_000
"""Messages that wait for a slow client; then it is cut off, and may come back for the rest."""
MOST_IN_TRANSPORT: Final = 500
"""Messages handed to the transport before we wait for it: its own queue has no limit."""
LOOK_AGAIN_S: Final = 0.05
TOGETHER: Final = 64
"""Messages after which everybody else has a turn; the transport takes them at one go."""


log = get_logger(__name__)


class Gone(Exception):
    """The client is not there any more."""


class Line(Protocol):
    """The way to one client."""

    async def send(self, told: Told) -> None:
        """Hand a message to the transport."""

    def waiting(self) -> int:
        """Answer how many messages the transport has not sent yet."""

    async def cut(self) -> None:
        """Disconnect the client."""


class Outbox:
    """Sends to one client in order. Putting never waits, so a slow client holds up nobody."""

    def __init__(self, line: Line, clock: Clock) -> None:
        self._line = line
        self._clock = clock
        self._items: deque[Told | asyncio.Future[None]] = deque()
        self._more = asyncio.Event()
        self._closed = False

    def put(self, told: Told) -> None:
        """Send this after all that was put before."""
        if not self._closed:
            self._items.append(told)
            self._more.set()

    def flushed(self) -> Awaitable[None]:
        """Wait until all that was put before is with the transport. Raises Gone."""
        mark: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed:
            mark.set_exception(Gone())
        else:
            self._items.append(mark)
            self._more.set()
        return mark

    async def run(self) -> None:
        """Send until cancelled, or until the client is too slow and was cut off."""
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                sent = 0
                while self._items:
                    await self._send(self._items.popleft())
                    sent += 1
                    if sent % TOGETHER == 0:
                        await asyncio.sleep(0)
        except Exception as error:
            if not isinstance(error, Gone):
                log.exception("relay.sending_failed")
            # Never connected and mute: a client that is cut off comes back for the rest.
            self.close()
            await self._line.cut()
        finally:
            self.close()

    def close(self) -> None:
        """Send no more; whoever waits for `flushed` gets Gone."""
        self._closed = True
        while self._items:
            item = self._items.popleft()
            if isinstance(item, asyncio.Future) and not item.done():
                item.set_exception(Gone())

    async def _send(self, item: Told | asyncio.Future[None]) -> None:
        if isinstance(item, asyncio.Future):
            if not item.done():
                item.set_result(None)
            return
        while self._line.waiting() >= MOST_IN_TRANSPORT:
            if len(self._items) > MOST_WAITING:
                raise Gone
            await self._clock.sleep(LOOK_AGAIN_S)
        await self._line.send(item)
