"""An api under test: served on a port of this machine, on real parts."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from sqlalchemy import func, select

from api.app import create_app
from api.parts import Log, Parts
from api.running import serving
from buyqueue.errors import Code, Unavailable
from buyqueue.events.codec import Event
from buyqueue.log.journal import Cursor
from buyqueue.log.reader import LogReader
from buyqueue.tables import SUBMISSIONS, VAULT

START = "/api/external-buy/start"


@dataclass(frozen=True)
class Answer:
    """A response, read."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Api:
    """A client of one api, and a look behind it."""

    url: str
    session: aiohttp.ClientSession
    parts: Parts
    reader: LogReader

    async def written(self) -> tuple[int, int, int]:
        """How many submissions, sealed keys and events there are."""
        async with self.parts.engine.connect() as connection:
            counts = [
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in (SUBMISSIONS, VAULT)
            ]
        ends = await self.reader.ends(await self.reader.partitions())
        return counts[0], counts[1], sum(ends.values())

    async def call(self, method: str, path: str, **other: Any) -> Answer:
        async with self.session.request(method, self.url + path, **other) as response:
            text = await response.text()
            body = await response.json(content_type=None)
            return Answer(response.status, body, response.headers, text)

    async def start(self, body: Any, *, key: str | None = None) -> Answer:
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        raw = isinstance(body, bytes)
        sent = {"data": io.BytesIO(body)} if raw else {"json": body}
        return await self.call("POST", START, headers=headers, **sent)

    async def status(self, job_id: str) -> Answer:
        return await self.call("GET", f"/api/external-buy/job/{job_id}/status")

    async def cancel(self, job_id: str) -> Answer:
        return await self.call("POST", f"/api/external-buy/job/{job_id}/cancel")


@asynccontextmanager
async def served(parts: Parts, reader: LogReader) -> AsyncIterator[Api]:
    """Serve an api of these parts for a while."""
    async with (
        aiohttp.ClientSession() as session,
        serving(create_app(parts), parts.settings) as url,
    ):
        yield Api(url, session, parts, reader)


def with_log(parts: Parts, log: Log) -> Parts:
    """The same parts, another log."""
    return replace(parts, log=log)


class LostAcknowledgement:
    """A log that appends, and whose acknowledgement never arrives, the first `times` times."""

    def __init__(self, log: Log, times: int = 1) -> None:
        self._log = log
        self._left = times

    async def append(self, event: Event) -> Cursor:
        cursor = await self._log.append(event)
        if self._left:
            self._left -= 1
            raise Unavailable(Code.LOG_UNAVAILABLE, "Kafka did not acknowledge")
        return cursor


class Refusing:
    """A log that fails with this cause before anything is sent."""

    def __init__(self, cause: Exception) -> None:
        self._cause = cause

    async def append(self, event: Event) -> Cursor:
        text = f"Kafka did not acknowledge {event.type}"
        raise Unavailable(Code.LOG_UNAVAILABLE, text) from self._cause


class Slow:
    """A log that takes its time."""

    def __init__(self, log: Log, seconds: float) -> None:
        self._log = log
        self._seconds = seconds
        self.appended = 0

    async def append(self, event: Event) -> Cursor:
        await asyncio.sleep(self._seconds)
        self.appended += 1
        return await self._log.append(event)
