"""The routes that stream: the messages of the sockets, as server-sent events."""

import asyncio
from contextlib import aclosing, suppress
from typing import Final

from aiohttp import web

from api.auth.caller import Caller
from api.auth.door import GuardedDoor
from api.auth.guarding import caller_of
from api.parts import Feed
from api.relay.rooms import JobRoom, Room, parse_join
from api.relay.stream import HEADER, Stream, join_of
from api.submissions.reading import job_id_of
from buyqueue.ending import end

STREAM: Final = "text/event-stream"
STALLED_S: Final = 60.0
"""How long a client may read nothing of what it is sent: no less than a socket has to answer."""


class Streams:
    """Streams of a job and of a user, which end with the credential."""

    def __init__(self, *, relay: Feed, door: GuardedDoor) -> None:
        self._relay = relay
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes."""
        job, user = "/api/external-buy/job/{jobId:[^/]+}", "/api/external-buy/user/{userId:[^/]+}"
        return [
            web.get(f"{job}/events", self.job, allow_head=False),
            web.get(f"{user}/events", self.user, allow_head=False),
        ]

    async def job(self, request: web.Request) -> web.StreamResponse:
        """Stream one job's messages."""
        return await self._stream(request, JobRoom(job_id_of(request.match_info["jobId"])))

    async def user(self, request: web.Request) -> web.StreamResponse:
        """Stream the messages of all jobs of a user."""
        return await self._stream(request, parse_join(request.match_info["userId"]).room)

    async def _stream(self, request: web.Request, room: Room) -> web.StreamResponse:
        caller = caller_of(request)
        await self._door.may_follow(caller, room)
        with self._relay.stream(join_of(room, request.headers.get(HEADER))) as stream:
            leaving = asyncio.create_task(self._show_out(caller, stream))
            try:
                return await written(request, stream)
            finally:
                await end(leaving)

    async def _show_out(self, caller: Caller, stream: Stream) -> None:
        await self._door.ended(caller)
        stream.end()


async def written(request: web.Request, stream: Stream) -> web.StreamResponse:
    """Write a stream until it ends or nobody reads it; raises what its joining raises."""
    response = web.StreamResponse()
    response.content_type = STREAM
    response.charset = "utf-8"
    # Proxies that collect answers would hold back what is live.
    response.headers["X-Accel-Buffering"] = "no"
    async with aclosing(stream.chunks()) as chunks:
        with suppress(ConnectionError):  # the client has gone
            async for chunk in chunks:
                if not response.prepared:
                    await response.prepare(request)
                await _write(request, response, chunk)
    return response


async def _write(request: web.Request, response: web.StreamResponse, chunk: bytes) -> None:
    """Write a piece; raises ConnectionError if the client reads nothing of it for too long."""
    try:
        async with asyncio.timeout(STALLED_S):
            await response.write(chunk)
    except TimeoutError:
        # Closing it in order would wait for the same client.
        if request.transport:
            request.transport.abort()
        raise ConnectionError("the client does not read") from None
