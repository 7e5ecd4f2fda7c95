"""Hearing of confirmations by websocket, sooner than by asking. A hint, never the truth.

Solana's pubsub: `signatureSubscribe` with a commitment notifies once and ends itself. A node may
cut the connection, notify late or never; whoever listens asks the nodes all the same, only less
often.
"""

import asyncio
import json
from typing import Any, Final

import aiohttp

from buyqueue.clock import Clock
from buyqueue.logs import get_logger

log = get_logger(__name__)
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
HEARTBEAT_S: Final = 20.0


class Hints:
    """Listens to one node for as many signatures as are watched; connects again by itself."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: Clock) -> None:
        self.heard = asyncio.Event()
        """Set when a watched signature was confirmed; whoever has looked clears it."""
        self._session = session
        self._url = url
        self._clock = clock
        self._wanted: dict[str, None] = {}
        self._news: asyncio.Queue[str] = asyncio.Queue()

    def watch(self, signature: str) -> None:
        """Ask to be told once this signature is confirmed; asking again changes nothing."""
        if signature not in self._wanted:
            self._wanted[signature] = None
            self._news.put_nowait(signature)

    def forget(self, signature: str) -> None:
        """Care no more; a notification that still comes wakes somebody for nothing."""
        self._wanted.pop(signature, None)

    async def run(self) -> None:
        """Listen until cancelled. A node that is away costs nothing but the hints."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                async with self._session.ws_connect(self._url, heartbeat=HEARTBEAT_S) as socket:
                    pause = FIRST_PAUSE_S
                    await self._listen(socket)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                # NB: never the URL, which often carries an API key.
                log.info("hints.unavailable", why=type(error).__name__)
            self.heard.set()  # what was missed meanwhile has to be asked for
            await self._clock.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not self._news.empty():
            self._news.get_nowait()  # all that is wanted is asked for below
        for signature in list(self._wanted):
            await _subscribe(socket, signature)
        asking = asyncio.create_task(self._ask(socket), name="hints")
        try:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT and _is_news(message.data):
                    self.heard.set()
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _ask(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            signature = await self._news.get()
            if signature in self._wanted:
                await _subscribe(socket, signature)


async def _subscribe(socket: aiohttp.ClientWebSocketResponse, signature: str) -> None:
    await socket.send_json(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "signatureSubscribe",
            "params": [signature, {"commitment": "confirmed"}],
        }
    )


def _is_news(text: str) -> bool:
    try:
        told: Any = json.loads(text)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("method") == "signatureNotification"
