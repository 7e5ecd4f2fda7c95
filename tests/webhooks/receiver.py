"""A receiver of webhooks on this machine, as good or as bad as it is told to be."""

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.relay.serving import Heard

LISTED = ("127.0.0.0/8",)
"""What an api must allow, to reach it."""


@dataclass(frozen=True)
class Delivery:
    """A request that came, whatever was answered."""

    id: str
    timestamp: int
    signatures: list[str]
    raw: bytes
    headers: dict[str, str]
    status: int

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    def is_signed_with(self, secret: str) -> bool:
        """By the standard's text, with nothing of ours."""
        key = b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.timestamp}.".encode() + self.raw
        right = b64encode(hmac.digest(key, signed, "sha256")).decode()
        return f"v1,{right}" in self.signatures


@dataclass
class Receiver:
    """Takes everything, but for what `answer` says."""

    url: str = ""
    came: list[Delivery] = field(default_factory=list)
    answer: Callable[[int, str], web.Response | int] = lambda _number, _id: 204
    """Of each delivery's number, from 0 on, and id."""
    takes_s: float = 0
    at_once: int = 0
    most_at_once: int = 0

    @property
    def taken(self) -> list[Delivery]:
        return [one for one in self.came if one.status < 300]

    @property
    def repeats(self) -> dict[str, int]:
        """What was taken more than once."""
        return {name: n for name, n in Counter(one.id for one in self.taken).items() if n > 1}

    def of_partitions(self) -> dict[int, list[Heard]]:
        """What was taken, as the log's own reckoning has it."""
        parts: defaultdict[int, list[Heard]] = defaultdict(list)
        for one in self.taken:
            data = one.body["data"]
            parts[data["partition"]].append((one.body["type"], data["partition"], data["cursor"]))
        return dict(parts)

    async def took(self, count: int, within_s: float = 60) -> None:
        async with asyncio.timeout(within_s):
            while len(self.taken) < count:
                await asyncio.sleep(0.02)

    async def tried(self, count: int, within_s: float = 60) -> None:
        async with asyncio.timeout(within_s):
            while len(self.came) < count:
                await asyncio.sleep(0.02)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        number, raw, headers = len(self.came), await request.read(), request.headers
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        answer = self.answer(number, headers["webhook-id"])
        response = web.Response(status=answer) if isinstance(answer, int) else answer
        self.came.append(
            Delivery(
                headers["webhook-id"],
                int(headers["webhook-timestamp"]),
                headers["webhook-signature"].split(" "),
                raw,
                dict(headers),
                response.status,
            )
        )
        await asyncio.sleep(self.takes_s)
        self.at_once -= 1
        return response


@asynccontextmanager
async def receiving(port: int = 0, **other: Any) -> AsyncIterator[Receiver]:
    """Serve a receiver for a while."""
    receiver = Receiver(**other)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    try:
        yield receiver
    finally:
        await runner.cleanup()
