"""A client of a stream that keeps the last id, over many connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from api.relay.relay import Relay, create_socket_server
from api.relay.rooms import Room
from api.relay.stream import HEADER, join_of
from api.routes.streams import written
from buyqueue.settings import Settings
from tests.projections.buys import CLOCK
from tests.projections.conftest import Ground
from tests.relay.serving import Heard


@asynccontextmanager
async def streaming(ground: Ground, room: Room) -> AsyncIterator[tuple[Relay, str]]:
    """Serve one room's stream for a while: the relay and the address."""
    relay = Relay(
        create_socket_server(Settings(_env_file=None)),
        bootstrap_servers=ground.kafka,
        engine=ground.engine,
        clock=CLOCK,
    )

    async def stream(request: web.Request) -> web.StreamResponse:
        with relay.stream(join_of(room, request.headers.get(HEADER))) as opened:
            return await written(request, opened)

    app = web.Application()
    app.router.add_get("/", stream)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await relay.start()
    async with asyncio.timeout(30):
        while not relay.live:
            await asyncio.sleep(0.02)
    try:
        yield relay, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await relay.stop()
        await runner.cleanup()


class Reader:
    """Reads a stream; whatever comes twice is kept twice, but for the half of an end."""

    def __init__(self) -> None:
        self.last_id: str | None = None
        self.heard: list[Heard] = []
        self.payloads: list[dict[str, Any]] = []
        self.joins = 0
        self._half: set[Heard] = set()

    async def read(self, url: str, for_s: float | None = None) -> None:
        """Read until the stream ends, or for a while."""
        headers = {HEADER: self.last_id} if self.last_id is not None else {}
        try:
            async with (
                asyncio.timeout(for_s),
                aiohttp.ClientSession() as session,
                session.get(url, headers=headers) as answer,
            ):
                assert answer.status == 200, await answer.text()
                block: dict[str, str] = {}
                async for raw in answer.content:
                    name, _, value = raw.decode().rstrip("\n").partition(": ")
                    if name:
                        block[name] = value
                    elif block := self._take(block):
                        pass
        except (TimeoutError, aiohttp.ClientError):
            pass

    def _take(self, block: dict[str, str]) -> dict[str, str]:
        if "data" in block:
            self.last_id = block.get("id", self.last_id)
            payload = json.loads(block["data"])
            if block["event"] == "joined":
                self.joins += 1
            else:
                self._hear(block["event"], payload)
        return {}

    def _hear(self, name: str, payload: dict[str, Any]) -> None:
        message = (name, payload["partition"], payload["cursor"])
        if message in self._half:
            return  # cut off between a progress and its result: both come again
        self.heard.append(message)
        self.payloads.append(payload)
        if name == "external_buy_progress" and payload["status"] in ("completed", "failed"):
            self._half.add(message)

    def of_partitions(self) -> dict[int, list[Heard]]:
        parts: dict[int, list[Heard]] = {}
        for message in self.heard:
            parts.setdefault(message[1], []).append(message)
        return parts
