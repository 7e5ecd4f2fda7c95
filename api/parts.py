"""What the api is put together from; each part can be another one in a test."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.gate import Gate
from api.relay.rooms import Join
from api.relay.stream import Stream
from api.relay.told import Change
from api.routes.quotes import Quoter
from buyqueue.clock import Clock
from buyqueue.events.codec import Event
from buyqueue.log.journal import Cursor
from buyqueue.metrics import Metrics
from buyqueue.rpc import RpcNode
from buyqueue.sealing import Sealer
from buyqueue.settings import Settings
from buyqueue.tracing.spans import OFF, Spans
from projections.queries import Queries


class Log(Protocol):
    """Where events are appended: `buyqueue.log.journal.Journal`."""

    async def append(self, event: Event) -> Cursor:
        """Append an event; raises Unavailable, after which the event may be there all the same."""


class Brokers(Protocol):
    """What is known of Kafka without appending anything."""

    async def reachable(self, job_id: UUID) -> bool:
        """Tell whether the broker that leads the buy's partition takes connections."""

    async def check(self) -> None:
        """Return if a broker answers; raises Unavailable."""


class Feed(Protocol):
    """The live relay: `api.relay.relay.Relay`."""

    @property
    def healthy(self) -> bool:
        """False before it is started and once it has crashed."""

    @property
    def live(self) -> bool:
        """Whether it has caught up with the log."""

    @property
    def positions(self) -> Mapping[int, int]:
        """For each partition the offset of the next event to relay."""

    @property
    def connections(self) -> int:
        """How many sockets and streams are connected."""

    @property
    def open_buys(self) -> int:
        """How many buys can still change."""

    def stream(self, wish: Join) -> AbstractContextManager[Stream]:
        """Let a client follow a room by server-sent events."""

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Call this with every event that counts, as it is read."""

    async def start(self) -> None:
        """Begin to follow the log."""

    async def stop(self) -> None:
        """Stop, and disconnect everybody."""


class Sockets(Protocol):
    """The server of the relay's sockets: `socketio.AsyncServer`."""

    def attach(self, app: web.Application) -> None:
        """Serve sockets from this application. Call once, before the application starts."""

    async def shutdown(self) -> None:
        """Stop what runs in the background."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything by parameter. `writer` names this instance in the events that it appends."""

    settings: Settings
    clock: Clock
    writer: str
    engine: AsyncEngine
    log: Log
    brokers: Brokers
    nodes: Sequence[RpcNode]
    sealer: Sealer
    queries: Queries
    quoter: Quoter
    gate: Gate
    relay: Feed
    sockets: Sockets
    metrics: Metrics
    spans: Spans = OFF
