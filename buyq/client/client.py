"""The client: one method a route, typed by the models that the routes answer with."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp

from api.openapi.answers import Cancel, Started
from api.openapi.grants import VaultKeyData
from api.openapi.signing import SignAnswered
from api.record.shapes import JobsData, TimelineData
from buyq.client.http import Http
from buyq.client.live import Live
from buyq.client.orders import Order, Payer, Question, WalletKey
from buyq.client.paying import fields_of, sealed_for
from buyq.client.rooms import JobRoom, Room, UserRoom
from buyq.client.webhooks import Webhooks
from buyqueue.clock import Clock, SystemClock
from buyqueue.contract.quote import QuoteView
from buyqueue.contract.shapes import JobStatus, JobView


class BuyClient:
    """Talks to one service, as whoever the credential says: a token, or an API key.

    Every method raises ApiError where the service refuses, and Unreachable where it does not
    answer; none tries again by itself.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        credential: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._credential = credential
        self._clock = clock or SystemClock()
        self._http = Http(session, url, credential)
        self.webhooks = Webhooks(self._http)

    async def submit(self, order: Order, payer: Payer, idempotency_key: str) -> Started:
        """Submit a buy; returns once it is durable. A `WalletKey` is sealed to the vault here.

        The same order under the same key is taken once, however often it is sent.
        """
        if isinstance(payer, WalletKey):
            reference = str(self._clock.new_id())
            payer = sealed_for(await self.vault_key(), order.user_id, payer, reference)
        return await self.send(order.json_object() | fields_of(payer), idempotency_key)

    async def send(self, body: Mapping[str, Any], idempotency_key: str) -> Started:
        """Submit a buy whose JSON is made already."""
        told = await self._http.post("/start", body, Idempotency_Key=idempotency_key)
        return Started.model_validate(told)

    async def vault_key(self) -> VaultKeyData:
        """Answer what wallet keys are sealed to."""
        return VaultKeyData.model_validate((await self._http.get("/vault-key"))["data"])

    async def quote(self, question: Question, wallet: str | None = None) -> QuoteView:
        """Price a buy without buying; for an address, without rent for accounts that it has."""
        asked = question.question() | ({"wallet": wallet} if wallet else {})
        return QuoteView.model_validate((await self._http.post("/quote", asked))["data"])

    async def status(self, job_id: UUID | str) -> JobView:
        """Answer how a buy stands."""
        return JobView.model_validate((await self._http.get(f"/job/{job_id}/status"))["data"])

    async def cancel(self, job_id: UUID | str) -> Cancel:
        """Cancel a buy; raises ApiError `too_late` or `already_finished` (409) if it cannot be."""
        return Cancel.model_validate(await self._http.post(f"/job/{job_id}/cancel"))

    async def answer_sign_request(
        self, job_id: UUID | str, request_id: str, signature: str | None
    ) -> SignAnswered:
        """Answer for the user's own wallet: its signature in base 58, or None if it refuses.

        Safe to repeat. Raises ApiError `no_sign_request` or `invalid_signature`.
        """
        answer = {"refused": True} if signature is None else {"signature": signature}
        body = {"requestId": request_id, **answer}
        return SignAnswered.model_validate(await self._http.post(f"/job/{job_id}/signature", body))

    async def jobs(
        self,
        *,
        user_id: str | None = None,
        status: JobStatus | None = None,
        search: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> JobsData:
        """Answer a page of jobs, newest first; `next_cursor` asks for the one after it."""
        asked = {
            "userId": user_id, "status": status, "search": search, "cursor": cursor,
            "limit": None if limit is None else str(limit),
        }  # fmt: skip
        query = {name: value for name, value in asked.items() if value is not None}
        return JobsData.model_validate((await self._http.get("/jobs", query))["data"])

    async def timeline(self, job_id: UUID | str, after: int | None = None) -> TimelineData:
        """Answer a buy's events behind a cursor, the ignored ones with the reason."""
        query = {} if after is None else {"after": str(after)}
        found = await self._http.get(f"/job/{job_id}/timeline", query)
        return TimelineData.model_validate(found["data"])

    @asynccontextmanager
    async def live(
        self, user_id: str, cursors: Mapping[int, int] | None = None
    ) -> AsyncIterator[Live]:
        """Follow all buys of a user: from now on, or from behind these cursors."""
        room = UserRoom(user_id, None if cursors is None else dict(cursors))
        async with self._following(room) as live:
            yield live

    @asynccontextmanager
    async def live_job(self, job_id: UUID | str, cursor: int = -1) -> AsyncIterator[Live]:
        """Follow one buy: from its beginning, or from behind a cursor."""
        async with self._following(JobRoom(str(job_id), cursor)) as live:
            yield live

    @asynccontextmanager
    async def _following(self, room: Room) -> AsyncIterator[Live]:
        async with Live(self._url, room, self._credential, self._clock).following() as live:
            yield live
