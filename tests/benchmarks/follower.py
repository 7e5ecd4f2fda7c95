"""A client of the relay that costs little: Socket.IO's frames on a bare WebSocket."""

import asyncio
import json
import random
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any

import aiohttp

from tests.relay.serving import Heard

ENDS = ("completed", "failed")
JOINING_S = 30.0


class Follower:
    """Follows one user for as long as it is run, over every cut, and keeps what it heard."""

    def __init__(self, session: aiohttp.ClientSession, url: str, user: str) -> None:
        self._session = session
        self._address = f"{url}/socket.io/?EIO=4&transport=websocket"
        self._user = user
        self._cursors: dict[str, int] | None = None
        self._half: set[Heard] = set()
        self._began = 0.0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.heard: defaultdict[int, list[Heard]] = defaultdict(list)
        self.connected = 0
        self.refused = 0
        self.joins_s: list[float] = []
        """How long each join took, from opening the connection to its acknowledgement."""
        self.joined_at = 0.0
        self.joined = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            self._began = time.monotonic()
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with self._session.ws_connect(self._address, max_msg_size=0) as socket:
                    self._socket = socket
                    await self._follow(socket)
            self.joined.clear()
            await asyncio.sleep(random.uniform(0.1, 1.5))

    def cut(self) -> bool:
        """Lose the connection without a word, as a phone does; answer whether there was one."""
        was = self.joined.is_set()
        if self._socket is not None and (transport := self._socket.get_extra_info("socket")):
            with suppress(OSError):
                transport.shutdown(2)
        return was

    async def _follow(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async with asyncio.timeout(JOINING_S) as patience:
            async for message in socket:
                text = message.data
                match text[:2]:
                    case "0{":
                        await socket.send_str('40{"joins":true}')
                    case "2":
                        await socket.send_str("3")
                    case "40":
                        wish: dict[str, Any] = {"userId": self._user}
                        wish |= {} if self._cursors is None else {"cursors": self._cursors}
                        await socket.send_str("421" + json.dumps(["join_room", wish]))
                    case "43":
                        answers = json.loads(text[text.index("[") :])
                        if not answers or not answers[0].get("success"):
                            self.refused += 1
                            return
                        self._acknowledged(answers[0]["cursors"])
                        patience.reschedule(None)
                    case "42":
                        self._take(*json.loads(text[2:]))
                    case _:
                        pass

    def _acknowledged(self, cursors: dict[str, int]) -> None:
        known = self._cursors or {}
        self._cursors = known | {p: max(c, known.get(p, -1)) for p, c in cursors.items()}
        self.connected += 1
        self.joined_at = time.monotonic()
        self.joins_s.append(self.joined_at - self._began)
        self.joined.set()

    def _take(self, name: str, payload: dict[str, Any]) -> None:
        partition, cursor = payload["partition"], payload["cursor"]
        if self._cursors is not None:
            key = str(partition)
            self._cursors[key] = max(cursor, self._cursors.get(key, -1))
        message = (name, partition, cursor)
        if message in self._half:
            return  # cut between the two messages of an end: both come again
        self.heard[partition].append(message)
        if payload.get("status") in ENDS and name == "external_buy_progress":
            self._half.add(message)
