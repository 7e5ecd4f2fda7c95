"""A small client of the public contract: REST and Socket.IO, as any other program would use it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio

PROGRESS = "external_buy_progress"
RESULT = "external_buy_result"
CREATED = "external_buy_job_created"


class ApiError(Exception):
    """The service answered with an error; `body` is its JSON."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"HTTP {status}: {body.get('error')} ({body.get('code')})")
        self.status = status
        self.body = body


@dataclass(slots=True)
class Live:
    """What arrives in a user's room, in order."""

    queue: asyncio.Queue[tuple[str, dict[str, Any]]] = field(default_factory=asyncio.Queue)

    async def of_job(self, job_id: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Answer the events of one job up to its result. Events of other jobs are dropped."""
        while True:
            name, payload = await self.queue.get()
            if payload["jobId"] == job_id:
                yield name, payload
                if name == RESULT:
                    return


class BuyClient:
    """Talks to one service, as whoever the credential says: a token, or an API key."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, credential: str | None = None
    ) -> None:
        self._session = session
        self._auth = {"token": credential} if credential else None
        self._headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        self._url = url.rstrip("/")

    async def start(self, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        """Submit a buy and answer the whole body. Raises ApiError."""
        headers = self._headers | {"Idempotency-Key": idempotency_key}
        url = f"{self._url}/api/external-buy/start"
        async with self._session.post(url, json=body, headers=headers) as answer:
            return await _body(answer)

    async def status(self, job_id: str) -> dict[str, Any]:
        """Answer `data` of the status route. Raises ApiError."""
        url = f"{self._url}/api/external-buy/job/{job_id}/status"
        async with self._session.get(url, headers=self._headers) as answer:
            data: dict[str, Any] = (await _body(answer))["data"]
            return data

    async def cancel(self, job_id: str) -> dict[str, Any]:
        """Cancel a buy and answer the whole body. Raises ApiError."""
        url = f"{self._url}/api/external-buy/job/{job_id}/cancel"
        async with self._session.post(url, headers=self._headers) as answer:
            return await _body(answer)

    @asynccontextmanager
    async def live(self, user_id: str) -> AsyncIterator[Live]:
        """Join a user's room while the context lasts. Raises ApiError if it is refused."""
        live = Live()
        client = socketio.AsyncClient(reconnection=True)
        for name in (PROGRESS, RESULT, CREATED):
            client.on(name, _putter(live, name))
        await client.connect(self._url, auth=self._auth, transports=["websocket"])
        try:
            answer = await client.call("join_room", user_id)
            if not answer.get("success"):
                raise ApiError(403, answer)
            yield live
        finally:
            await client.disconnect()


def _putter(live: Live, name: str) -> Any:
    async def put(payload: dict[str, Any]) -> None:
        live.queue.put_nowait((name, payload))

    return put


async def _body(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json()
    if answer.status >= 400:
        raise ApiError(answer.status, body)
    return body
