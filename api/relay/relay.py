"""The relay: every event of the log to the sockets whom it concerns."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from socketio import AsyncServer
from sqlalchemy.ext.asyncio import AsyncEngine

from api.relay.feed import Feed
from api.relay.joining import Joining
from api.relay.outbox import Gone, Outbox
from api.relay.replay import Replay
from api.relay.rooms import Room, parse_join
from api.relay.told import Told
from api.relay.viewer import Audience, Viewer
from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Retryable
from buyqueue.log.reader import LogReader
from buyqueue.logs import get_logger
from buyqueue.settings import Settings
from projections.queries import Queries

NAMESPACE = "/"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the request that opened the connection, and the `auth` sent with it."""

    environ: Mapping[str, Any]
    auth: Any


MayFollow = Callable[[Visitor, Room], Awaitable[bool]]


async def anyone_may(_visitor: Visitor, _room: Room) -> bool:
    """Let everyone follow everything."""
    return True


def create_socket_server(
    settings: Settings, *, cors_allowed_origins: str | list[str] | None = None
) -> AsyncServer:
    """Make the Socket.IO server. Without allowed origins, browsers of other origins are refused."""
    return AsyncServer(
        async_mode="aiohttp",
        cors_allowed_origins=cors_allowed_origins,
        max_http_buffer_size=settings.max_body_bytes,
    )


class Relay:
    """Serves `join_room` and `leave_room`, and emits the three `external_buy_*` messages.

    Lives in the api's process: start and stop it with the application.
    """

    def __init__(
        self,
        sio: AsyncServer,
        *,
        bootstrap_servers: str,
        engine: AsyncEngine,
        clock: Clock,
        may_follow: MayFollow = anyone_may,
        patience_s: float = 10.0,
    ) -> None:
        self._sio = sio
        self._clock = clock
        self._may_follow = may_follow
        self._seats: dict[str, _Seat] = {}
        audience = Audience()
        self._feed = Feed(
            open_reader=lambda: LogReader(bootstrap_servers, client_id="buyq-relay"),
            engine=engine,
            clock=clock,
            audience=audience,
        )
        self._joining = Joining(
            feed=self._feed,
            replay=Replay(Queries(engine), clock),
            audience=audience,
            clock=clock,
            patience_s=patience_s,
        )
        sio.on("connect", self._connect, namespace=NAMESPACE)
        sio.on("disconnect", self._disconnect, namespace=NAMESPACE)
        sio.on("join_room", self._join_room, namespace=NAMESPACE)
        sio.on("leave_room", self._leave_room, namespace=NAMESPACE)

    @property
    def healthy(self) -> bool:
        """False before `start`, and once the relay has crashed: then restart the process."""
        return self._feed.healthy

    @property
    def live(self) -> bool:
        """Whether it has caught up with the log; until then joining waits."""
        return self._feed.live

    @property
    def positions(self) -> dict[int, int]:
        """For each partition the offset of the next event to relay."""
        return dict(self._feed.positions)

    @property
    def connections(self) -> int:
        """How many sockets are connected."""
        return len(self._seats)

    @property
    def open_buys(self) -> int:
        """How many buys it holds in memory."""
        return self._feed.open_buys

    async def start(self) -> None:
        """Begin to read the log. Does not wait for Kafka: `live` says when it has caught up."""
        self._feed.start()

    async def stop(self) -> None:
        """Stop reading and disconnect everybody; they come back with their cursors."""
        await self._feed.stop()
        for sid in list(self._seats):
            await self._disconnect(sid)
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._sio.disconnect(sid)

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
        outbox = Outbox(_SocketLine(self._sio, sid), self._clock)
        sending = asyncio.create_task(outbox.run())
        self._seats[sid] = _Seat(Visitor(environ, auth), Viewer(outbox), sending)

    async def _disconnect(self, sid: str, _reason: Any = None) -> None:
        if seat := self._seats.pop(sid, None):
            self._joining.leave_all(seat.viewer)
            seat.viewer.outbox.close()
            if seat.sending is not asyncio.current_task():
                seat.sending.cancel()

    async def _join_room(self, sid: str, payload: Any = None) -> dict[str, Any] | None:
        try:
            wish = parse_join(payload)
            seat = self._seats[sid]
            if not await self._may_follow(seat.visitor, wish.room):
                return _refusal(Code.NOT_FOUND, "no such room for you", retryable=False)
            return await self._joining.join(seat.viewer, wish)
        except BuyQueueError as error:
            return _refusal(error.code, error.text, retryable=isinstance(error, Retryable))
        except (Gone, KeyError):
            return None  # nobody is there to be answered
        except Exception:
            log.exception("relay.join_failed")
            return _refusal(Code.INTERNAL_ERROR, "an error of ours", retryable=True)

    async def _leave_room(self, sid: str, payload: Any = None) -> dict[str, Any] | None:
        try:
            room = parse_join(payload).room
            self._joining.leave(self._seats[sid].viewer, room)
        except BuyQueueError as error:
            return _refusal(error.code, error.text, retryable=False)
        except KeyError:
            return None
        return {"success": True, "room": room.name}


@dataclass(frozen=True, slots=True)
class _Seat:
    visitor: Visitor
    viewer: Viewer
    sending: asyncio.Task[None]


class _SocketLine:
    def __init__(self, sio: AsyncServer, sid: str) -> None:
        self._sio = sio
        self._sid = sid

    async def send(self, told: Told) -> None:
        await self._sio.emit(told.name, told.payload, to=self._sid, namespace=NAMESPACE)

    def waiting(self) -> int:
        connection = self._sio.manager.eio_sid_from_sid(self._sid, NAMESPACE)
        socket = self._sio.eio.sockets.get(connection)
        return socket.queue.qsize() if socket else 0

    async def cut(self) -> None:
        log.warning("relay.slow_client", sid=self._sid)
        await self._sio.disconnect(self._sid, namespace=NAMESPACE)


def _refusal(code: Code, text: str, *, retryable: bool) -> dict[str, Any]:
    return {"success": False, "error": text, "code": str(code), "retryable": retryable}
