"""A relay in a real server, and clients of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, get_args

from aiohttp import web
from socketio import AsyncClient

from api.relay.door import Door
from api.relay.relay import Relay, create_socket_server
from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent
from buyqueue.contract.messages import MessageName, messages
from buyqueue.log.record import Recorded
from buyqueue.settings import Settings
from tests.projections.buys import CLOCK, read_log
from tests.projections.conftest import Ground
from tests.stack.isolation import ends_of

NAMES: tuple[str, ...] = get_args(MessageName)
Heard = tuple[str, int, int]
"""A message's name, partition and cursor."""


def new_user() -> str:
    return f"user-{CLOCK.new_id()}"


class Served:
    """A running relay and its address."""

    def __init__(self, relay: Relay, url: str) -> None:
        self.relay = relay
        self.url = url

    async def live(self) -> None:
        async with asyncio.timeout(30):
            while not self.relay.live:
                await asyncio.sleep(0.02)

    async def told(self, ground: Ground) -> None:
        """Return when all that is in the log by now was told live."""
        ends = await ends_of(ground.kafka)
        while any(self.relay.positions[p] < end for p, end in ends.items()):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(
    ground: Ground, patience_s: float = 10.0, door: Door | None = None
) -> AsyncIterator[Served]:
    """Serve a relay for a while."""
    sio = create_socket_server(Settings(_env_file=None))
    relay = Relay(
        sio,
        bootstrap_servers=ground.kafka,
        engine=ground.engine,
        clock=CLOCK,
        door=door,
        patience_s=patience_s,
    )
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await relay.start()
    served = Served(relay, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        await served.live()
        yield served
    finally:
        await relay.stop()
        await runner.cleanup()
        await sio.shutdown()


class Client:
    """A client that keeps the last cursor it saw of each partition, over many connections."""

    def __init__(self, url: str, socket: type[AsyncClient] = AsyncClient) -> None:
        self.url = url
        self._socket = socket
        self.heard: list[Heard] = []
        self.payloads: list[dict[str, Any]] = []
        self.cursors: dict[str, int] = {}
        self.acks: list[dict[str, Any]] = []
        self._half: set[Heard] = set()
        self._sio: AsyncClient | None = None

    async def connect(self) -> None:
        self._sio = self._socket(reconnection=False)
        for name in NAMES:
            self._sio.on(name, self._listener(name, self._sio))
        await self._sio.connect(self.url, transports=["websocket"], wait_timeout=20)

    async def join(self, payload: Any) -> dict[str, Any]:
        assert self._sio
        ack: dict[str, Any] = await self._sio.call("join_room", payload, timeout=20)
        self._acknowledged(ack)
        return ack

    async def leave(self, payload: Any) -> dict[str, Any]:
        assert self._sio
        return dict(await self._sio.call("leave_room", payload, timeout=20))

    async def join_and_go_on(self, payload: Any) -> None:
        """Join without waiting for the acknowledgement."""
        assert self._sio
        await self._sio.emit("join_room", payload, callback=self._acknowledged)

    async def disconnect(self, *, abort: bool = False) -> None:
        assert self._sio
        if abort:
            await self._sio.eio.disconnect(abort=True)
        else:
            await self._sio.disconnect()
        await self._sio.eio.wait()
        await self._sio.shutdown()

    def of_partitions(self) -> dict[int, list[Heard]]:
        parts: defaultdict[int, list[Heard]] = defaultdict(list)
        for message in self.heard:
            parts[message[1]].append(message)
        return dict(parts)

    def _acknowledged(self, ack: dict[str, Any]) -> None:
        self.acks.append(ack)
        for partition, cursor in ack.get("cursors", {}).items():
            self.cursors[partition] = max(cursor, self.cursors.get(partition, -1))

    def _listener(self, name: str, sio: AsyncClient) -> Any:
        async def listen(payload: dict[str, Any]) -> None:
            if sio is not self._sio:
                return  # a last frame of a connection that was given up
            message = (name, payload["partition"], payload["cursor"])
            self.cursors[str(message[1])] = message[2]
            if message in self._half:
                return  # cut off between the two messages of an event: both come again
            self.heard.append(message)
            self.payloads.append(payload)
            if name == "external_buy_progress" and _is_half(payload):
                self._half.add(message)

        return listen


def _is_half(progress: dict[str, Any]) -> bool:
    """Tell whether a result or a request to sign stands behind it at the same event."""
    ended = progress["status"] in ("completed", "failed")
    return ended or "signRequestId" in progress["details"]


async def told_by_log(
    kafka: str, user: str, begins: Mapping[int, int] | None = None
) -> dict[int, list[Heard]]:
    """Work out from the log alone what a user must have heard, by partition."""
    states: dict[Any, Any] = {}
    parts: defaultdict[int, list[Heard]] = defaultdict(list)
    for record, _ in await read_log(kafka, begins):
        if not isinstance(record, Recorded):
            continue
        before = states.get(record.event.job_id, Absent())
        after, ignored = evolve(before, record.event)
        states[record.event.job_id] = after
        if ignored or isinstance(after, Absent) or after.course.order.user_id != user:
            continue
        for message in messages(before, after, record.event, record.partition, record.offset):
            cursor = message.payload.cursor
            assert cursor is not None
            parts[record.partition].append((message.name, record.partition, cursor))
    return dict(parts)


async def heard_all(client: Client, expected: dict[int, list[Heard]]) -> None:
    """Wait until a client has heard as much as it must."""
    count = sum(map(len, expected.values()))
    async with asyncio.timeout(20):
        while len(client.heard) < count:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)  # more would be a repeat
