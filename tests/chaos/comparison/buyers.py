"""Users of any system with the public contract: they post, listen on a socket, and ask by REST."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from solders.keypair import Keypair

from buyqueue.clock import SystemClock
from tests.chaos.comparison.system import System

USER = "user123"
AGAIN_S = 0.3
GONE = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
ENDS = {"completed": True, "failed": False, "cancelled": False}


@dataclass
class Known:
    """A buy that was accepted, and what its user was told since."""

    wallet: str
    accepted: float
    ended: float | None = None
    success: bool | None = None
    """What the last word about its end was."""
    heard: int = 0
    """How often the socket told its result."""

    def end(self, *, success: bool) -> None:
        self.ended = self.ended or time.monotonic()
        self.success = success


@dataclass
class Buyers:
    """All of them are one user of the system, each buy with a wallet of its own."""

    system: System
    buys: dict[str, Known] = field(default_factory=dict)
    present: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: the client's transport is cut, and it comes back once it is set."""
    _early: list[dict[str, Any]] = field(default_factory=list)
    _cursors: dict[str, int] = field(default_factory=dict)
    _session: dict[str, Any] = field(default_factory=dict)

    async def buy(self) -> None:
        """Post with one idempotency key, over and over, until the api has accepted."""
        buyer = Keypair()
        await self.system.chain.fund(buyer)
        body = {
            "userId": USER,
            "tokenAddress": self.system.chain.mint,
            "buyAmount": 0.1,
            "walletPrivateKey": str(buyer),
        }
        headers = {"Idempotency-Key": str(SystemClock().new_id())}
        url = f"{self.system.url}/api/external-buy/start"
        while True:
            try:
                async with (
                    aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
                    session.post(url, json=body, headers=headers) as answer,
                ):
                    said = await answer.json()
                if said.get("success"):
                    self._accepted(str(said["jobId"]), str(buyer.pubkey()))
                    return
                assert answer.status >= 500, said
            except GONE:
                pass
            await asyncio.sleep(AGAIN_S)

    def _accepted(self, job_id: str, wallet: str) -> None:
        self.buys[job_id] = Known(wallet, time.monotonic())
        early, self._early = self._early, []
        for result in early:
            self._heard(result)

    def _heard(self, result: dict[str, Any]) -> None:
        known = self.buys.get(str(result["jobId"]))
        if known is None:
            self._early.append(result)
            return
        known.heard += 1
        known.end(success=bool(result["success"]))

    @property
    def open(self) -> list[str]:
        """Buys whose end nobody was told."""
        return [job_id for job_id, known in self.buys.items() if known.ended is None]

    async def ask(self) -> None:
        """Ask by REST about each open buy, round after round, for ever."""
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                for job_id in self.open:
                    await self._ask(session, job_id)
                await asyncio.sleep(1)

    async def _ask(self, session: aiohttp.ClientSession, job_id: str) -> None:
        url = f"{self.system.url}/api/external-buy/job/{job_id}/status"
        with suppress(*GONE):
            async with session.get(url) as answer:
                if answer.status == 200:
                    status = (await answer.json())["data"]["status"]
                    if status in ENDS:
                        self.buys[job_id].end(success=ENDS[status])

    async def listen(self) -> None:
        """Follow the room for ever; comes back with whatever the system lets it come back with."""
        while True:
            await self.present.wait()
            sio = self._client()
            try:
                await sio.connect(self.system.url, auth=self._session, transports=["websocket"])
                await sio.emit("join_room", {"userId": USER, "cursors": dict(self._cursors)})
                while sio.connected and self.present.is_set():
                    await asyncio.sleep(0.05)
            except (socketio.exceptions.SocketIOError, *GONE):
                pass
            finally:
                with suppress(Exception):
                    async with asyncio.timeout(2):  # a cut, no good-bye
                        await sio.eio.disconnect(abort=True)
                        await sio.eio.wait()
                        await sio.shutdown()
            await asyncio.sleep(AGAIN_S)

    def _client(self) -> socketio.AsyncClient:
        """NB: Socket.IO's own recovery wants the session's `pid` and the last event's offset."""
        session = self._session

        class Recovering(socketio.AsyncClient):  # type: ignore[misc]
            async def _handle_connect(self, namespace: str, data: Any) -> None:
                if isinstance(data, dict) and "pid" in data:
                    session["pid"] = data["pid"]
                await super()._handle_connect(namespace, data)

        sio = Recovering(reconnection=False)

        async def progress(payload: dict[str, Any], *offset: str) -> None:
            self._place(payload, offset)

        async def result(payload: dict[str, Any], *offset: str) -> None:
            self._place(payload, offset)
            self._heard(payload)

        sio.on("external_buy_job_created", progress)
        sio.on("external_buy_progress", progress)
        sio.on("external_buy_result", result)
        return sio

    def _place(self, payload: dict[str, Any], offset: tuple[str, ...]) -> None:
        if "cursor" in payload:
            self._cursors[str(payload["partition"])] = payload["cursor"]
        if offset:
            self._session["offset"] = offset[0]


@asynccontextmanager
async def buyers_of(system: System) -> AsyncIterator[Buyers]:
    """Have a user who listens and asks while the context lasts."""
    buyers = Buyers(system)
    buyers.present.set()
    tasks = [asyncio.create_task(buyers.listen()), asyncio.create_task(buyers.ask())]
    await asyncio.sleep(2)  # the room is joined
    try:
        yield buyers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
