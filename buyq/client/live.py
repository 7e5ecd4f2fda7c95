"""Live messages over Socket.IO, without a gap and without a repeat, over any number of cuts."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import socketio

from buyq.client.errors import ApiError, ClientError, Unreachable
from buyq.client.messages import RESULT, SHAPES, Message, message_of
from buyq.client.rooms import Room
from buyqueue.clock import Clock
from buyqueue.ending import end

ANSWER_S: Final = 20.0
PAUSES_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
REMEMBERED: Final = 1_000
"""Buys, those of the newest messages: a cut between the two of one event brings both again."""
FORBIDDEN: Final = 403


class Live:
    """What a room hears, in order. Waits for ever unless the service refuses it."""

    def __init__(self, url: str, room: Room, credential: str | None, clock: Clock) -> None:
        self._url = url
        self._room = room
        self._auth = {"joins": True} | ({"token": credential} if credential else {})
        self._clock = clock
        self._queue: asyncio.Queue[Message | ClientError] = asyncio.Queue()
        self._last: OrderedDict[str, tuple[int, bool]] = OrderedDict()
        self._joined = asyncio.Event()
        self._ended: ClientError | None = None
        self.connections = 0
        """How often it was connected."""
        self._joins = 0

    async def next(self) -> Message:
        """Answer the next message. Raises ApiError once the service refuses to go on."""
        if self._ended and self._queue.empty():
            raise self._ended
        found = await self._queue.get()
        if isinstance(found, ClientError):
            raise found
        return found

    async def of_job(self, job_id: str) -> AsyncIterator[Message]:
        """Answer the messages of one buy up to its result; those of others are dropped."""
        while True:
            message = await self.next()
            if message.job_id == job_id:
                yield message
                if message.name == RESULT:
                    return

    @asynccontextmanager
    async def following(self) -> AsyncIterator["Live"]:
        """Follow the room while the context lasts.

        Raises ApiError if the service refuses, Unreachable if it does not answer at the start;
        later it is asked again and again.
        """
        running = asyncio.create_task(self._run(), name="live")
        first = asyncio.create_task(self._joined.wait(), name="joined")
        try:
            await asyncio.wait({running, first}, return_when=asyncio.FIRST_COMPLETED)
            if not self._joined.is_set():
                await running
                raise self._ended or Unreachable("the room was not joined")
            yield self
        finally:
            first.cancel()
            await end(running)

    async def _run(self) -> None:
        tries = 0
        while True:
            before = self._joins
            try:
                await self._connect()
            except ClientError as error:
                again = isinstance(error, Unreachable) or (
                    isinstance(error, ApiError) and error.retryable
                )
                if not (again and self._joined.is_set()):
                    self._ended = error
                    self._queue.put_nowait(error)
                    return
            tries = 0 if self._joins > before else tries + 1
            await self._clock.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])

    async def _connect(self) -> None:
        """Join, and return when the connection is lost. Raises ApiError, Unreachable."""
        # Its own way to come back would give up where the server says goodbye before a restart.
        sio = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        gone, refusals = asyncio.Event(), deque[Any](maxlen=1)
        for name in SHAPES:
            sio.on(name, self._taker(name))
        sio.on("disconnect", lambda *_: gone.set())
        sio.on("connect_error", lambda *told: refusals.extend(told[:1]))
        try:
            async with asyncio.timeout(ANSWER_S):
                # Its default is a second, which a busy relay may need to let a socket in.
                await sio.connect(
                    self._url,
                    auth=self._auth,
                    transports=["websocket"],
                    wait_timeout=int(ANSWER_S),
                )
                self.connections += 1
                answer = await sio.call("join_room", self._room.wish(), timeout=ANSWER_S)
            if not answer or not answer.get("success"):
                raise _refused(answer)
            self._room.joined(answer)
            self._joins += 1
            self._joined.set()
            await gone.wait()
        except (socketio.exceptions.SocketIOError, OSError, TimeoutError) as error:
            if refusals and isinstance(refusals[0], dict):
                raise _refused(refusals[0].get("data")) from None
            raise Unreachable(f"the socket was not answered: {type(error).__name__}") from None
        finally:
            with suppress(socketio.exceptions.SocketIOError, OSError, TimeoutError):
                async with asyncio.timeout(2.0):
                    await sio.disconnect()

    def _taker(self, name: str) -> Any:
        async def take(wire: dict[str, Any]) -> None:
            message = message_of(name, wire)
            self._room.heard(message)
            if self._is_new(message):
                self._queue.put_nowait(message)

        return take

    def _is_new(self, message: Message) -> bool:
        last = self._last.pop(message.job_id, None)
        is_new = last is None or message.place > last
        self._last[message.job_id] = message.place if is_new or last is None else last
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return is_new


def _refused(said: Any) -> ClientError:
    if not isinstance(said, dict):
        return Unreachable("the join was not answered")
    return ApiError(FORBIDDEN, said)
