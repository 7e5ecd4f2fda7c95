"""The relay: every event of the log to the sockets whom it concerns."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError  # noqa: A004 - the library's own
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.origins import may_call
from api.relay.door import Door, OpenDoor, Pass, Visitor
from api.relay.feed import Feed
from api.relay.joining import Joining
from api.relay.lobby import Lobby
from api.relay.outbox import Gone, Outbox
from api.relay.replay import Replay
from api.relay.rooms import Join, parse_join
from api.relay.socket_line import NAMESPACE, SocketLine
from api.relay.stream import Stream
from api.relay.told import Change
from api.relay.viewer import Audience, Viewer
from api.web.middlewares import CAME
from api.web.problem import Problem, problem_of
from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Retryable
from buyqueue.log.connection import Kafka
from buyqueue.log.reader import LogReader
from buyqueue.logs import get_logger
from buyqueue.settings import Settings
from buyqueue.tracing.spans import OFF, Spans
from projections.queries import Queries

log = get_logger(__name__)


def create_socket_server(settings: Settings) -> AsyncServer:
    """Make the Socket.IO server. Pages of origins other than its own and the named are refused."""

    def page_may_call(origin: str | None, environ: Mapping[str, Any]) -> bool:
        host = environ.get("HTTP_X_FORWARDED_HOST") or environ.get("HTTP_HOST", "")
        return origin is not None and may_call(origin, host, settings.cors_origins)

    return AsyncServer(
        async_mode="aiohttp",
        cors_allowed_origins=page_may_call,
        max_http_buffer_size=settings.max_body_bytes,
    )


class Relay:
    """Serves `join_room` and `leave_room`, and emits the `external_buy_*` messages.

    Lives in the api's process: start and stop it with the application.
    """

    def __init__(
        self,
        sio: AsyncServer,
        *,
        bootstrap_servers: Kafka,
        engine: AsyncEngine,
        clock: Clock,
        door: Door | None = None,
        patience_s: float = 10.0,
        spans: Spans = OFF,
    ) -> None:
        self._sio = sio
        self._clock = clock
        self._door = door or OpenDoor()
        self._seats: dict[str, _Seat] = {}
        self._streams: set[Stream] = set()
        audience = self._audience = Audience()
        self._feed = Feed(
            open_reader=lambda: LogReader(bootstrap_servers, client_id="buyq-relay"),
            engine=engine,
            clock=clock,
            audience=audience,
            spans=spans,
        )
        self._joining = Joining(
            feed=self._feed,
            replay=Replay(Queries(engine), clock),
            audience=audience,
            clock=clock,
            patience_s=patience_s,
        )
        self._lobby = Lobby(live=lambda: self.live, audience=audience, clock=clock)
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
        """How many sockets and streams are connected."""
        return len(self._seats) + len(self._streams)

    @property
    def open_buys(self) -> int:
        """How many buys it holds in memory."""
        return self._feed.open_buys

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Call this with every event that counts, as it is read."""
        self._audience.watch(watcher)

    async def start(self) -> None:
        """Begin to read the log. Does not wait for Kafka: `live` says when it has caught up."""
        self._feed.start()

    async def stop(self) -> None:
        """Stop reading and disconnect everybody; they come back with their cursors."""
        await self._feed.stop()
        for stream in self._streams:
            stream.end()
        for sid in list(self._seats):
            await self._disconnect(sid)
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._sio.disconnect(sid)

    @contextmanager
    def stream(self, wish: Join) -> Iterator[Stream]:
        """Let a client follow a room by server-sent events while the context lasts."""
        stream = Stream(self._joining, wish, self._clock)
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
        try:
            admitted = await self._door.admit(Visitor(environ, auth))
        except Exception as error:
            problem = problem_of(error)
            if problem.code == Code.INTERNAL_ERROR:
                log.exception("relay.admission_failed")
            raise ConnectionRefusedError(problem.text, problem.body(debug=False)) from None
        if self._sio.manager.eio_sid_from_sid(sid, NAMESPACE) not in self._sio.eio.sockets:
            raise ConnectionRefusedError("it left while we looked")
        outbox = Outbox(SocketLine(self._sio, sid), self._clock)
        sending = asyncio.create_task(outbox.run())
        leaving = asyncio.create_task(self._show_out(sid, admitted))
        viewer = Viewer(outbox)
        self._seats[sid] = _Seat(admitted, viewer, sending, leaving)
        if admitted.hears_all:
            # Not from now on: the connection was opened by an earlier request than this one.
            first = environ["aiohttp.request"]
            self._lobby.enter(viewer, first.get(CAME, self._clock.monotonic()))

    async def _show_out(self, sid: str, admitted: Pass) -> None:
        await admitted.ended()
        log.info("relay.credential_ended", sid=sid)
        await self._sio.disconnect(sid, namespace=NAMESPACE)

    async def _disconnect(self, sid: str, _reason: Any = None) -> None:
        if seat := self._seats.pop(sid, None):
            self._lobby.leave(seat.viewer)
            self._joining.leave_all(seat.viewer)
            seat.viewer.outbox.close()
            for task in (seat.sending, seat.leaving):
                if task is not asyncio.current_task():
                    task.cancel()

    async def _join_room(self, sid: str, payload: Any = None) -> dict[str, Any]:
        try:
            seat = self._seats[sid]
            self._lobby.leave(seat.viewer)
            wish = parse_join(seat.admitted.wish(payload))
            await seat.admitted.check(wish.room)
            return await self._joining.join(seat.viewer, wish)
        except Problem as problem:
            return _refusal(problem.code, problem.text, retryable=problem.retryable)
        except BuyQueueError as error:
            return _refusal(error.code, error.text, retryable=isinstance(error, Retryable))
        except (Gone, KeyError):
            return _ended()  # it may still be there for a moment: then it hears why
        except Exception:
            log.exception("relay.join_failed")
            return _refusal(Code.INTERNAL_ERROR, "an error of ours", retryable=True)

    async def _leave_room(self, sid: str, payload: Any = None) -> dict[str, Any]:
        try:
            seat = self._seats[sid]
            room = parse_join(seat.admitted.wish(payload)).room
            self._joining.leave(seat.viewer, room)
        except BuyQueueError as error:
            return _refusal(error.code, error.text, retryable=False)
        except KeyError:
            return _ended()
        return {"success": True, "room": room.name}


@dataclass(frozen=True, slots=True)
class _Seat:
    admitted: Pass
    viewer: Viewer
    sending: asyncio.Task[None]
    leaving: asyncio.Task[None]


def _ended() -> dict[str, Any]:
    text = "this connection ends: connect and join again"
    return _refusal(Code.LOG_UNAVAILABLE, text, retryable=True)


def _refusal(code: str, text: str, *, retryable: bool) -> dict[str, Any]:
    return {"success": False, "error": text, "code": str(code), "retryable": retryable}
