"""Buys asked for over REST, and a user who listens, while the api itself is killed."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import socketio
from solders.keypair import Keypair

from buyqueue.clock import SystemClock
from tests.chaos.evidence import Asked, Listened
from tests.chaos.orders import Orders
from tests.chaos.overheard import Overheard
from tests.chaos.site import Site
from tests.integration.desk import SOL
from tests.relay.serving import Client, told_by_log

AGAIN_S = 0.3
PATIENCE = aiohttp.ClientTimeout(total=15)
GONE = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True)
class Habits:
    """How users ask. Shares of all buys, from 0 to 1."""

    dice: random.Random
    over_rest: float = 0.25
    """With a plain key; the other buys go straight into the log, sealed."""
    refused: float = 0.05
    """Asked for with a mistake first, beside the key."""
    cancelled: float = 0.0
    """Of those over REST."""


class RestOrders:
    """Asks over and over with one idempotency key, until the api has accepted."""

    def __init__(self, site: Site, orders: Orders, habits: Habits, overheard: Overheard) -> None:
        self._site, self._orders, self._habits = site, orders, habits
        self._overheard = overheard
        self._first = True
        """The first buy is posted, and mistaken: no scenario goes without."""

    async def buy(self) -> None:
        """Ask for one buy as the habits have it, and now and then cancel it soon after."""
        habits, first = self._habits, self._first
        self._first = False
        if not first and habits.dice.random() >= habits.over_rest:
            await self._orders.buy()
            return
        buyer = await self._orders.buyer()
        self._orders.keypairs.append(buyer)
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            if first or habits.dice.random() < habits.refused:
                await self._mistaken(session, buyer)
            job_id = await self._accepted(session, self._order(str(buyer)))
            self._orders.asked.append(Asked(UUID(job_id), str(buyer.pubkey()), SOL))
            if habits.dice.random() < habits.cancelled:
                with suppress(*GONE):
                    await self._post(session, f"job/{job_id}/cancel")

    def _order(self, key: str) -> dict[str, object]:
        return {
            "userId": self._site.user,
            "tokenAddress": str(self._site.chain.jupiter.market.tokens[0].mint),
            "buyAmount": 0.1,
            "walletPrivateKey": key,
        }

    async def _mistaken(self, session: aiohttp.ClientSession, buyer: Keypair) -> None:
        """Put the key where none belongs, and mistakes beside it: no answer may repeat it."""
        order = self._order(str(buyer))
        for wrong in (
            {"buyAmount": -1},
            {"tokenAddress": str(buyer)},
            {"platform": str(buyer)},
            {"walletPrivateKey": f"[{str(list(bytes(buyer)))[1:-1]}, 300]"},
            {"walletPrivateKey": str(buyer) + "1"},
        ):
            with suppress(*GONE):
                status, said = await self._post(session, "start", order | wrong)
                assert status >= 400, f"accepted with {sorted(wrong)}: {said}"

    async def _accepted(self, session: aiohttp.ClientSession, body: dict[str, object]) -> str:
        key = str(SystemClock().new_id())
        while True:
            with suppress(*GONE):
                status, said = await self._post(session, "start", body, key)
                if status < 400:
                    return str(json.loads(said)["jobId"])
                assert status >= 500 or status == 429, said
            await asyncio.sleep(AGAIN_S)

    async def _post(
        self,
        session: aiohttp.ClientSession,
        route: str,
        body: dict[str, object] | None = None,
        key: str | None = None,
    ) -> tuple[int, str]:
        """Answer status and body as they came, and keep the body."""
        url = f"{self._site.url}/api/external-buy/{route}"
        headers = {"Idempotency-Key": key} if key else {}
        async with session.post(url, json=body, headers=headers) as answer:
            said = await answer.text()
        self._overheard.note(self._overheard.answers, said)
        return answer.status, said


@asynccontextmanager
async def listening(client: Client, user: str) -> AsyncIterator[None]:
    """Follow the user's room while the context lasts; joins again with the cursors it has."""
    task = asyncio.create_task(_listen(client, user))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen(client: Client, user: str) -> None:
    while True:
        try:
            await client.connect()
            ack = await client.join({"userId": user, "cursors": dict(client.cursors)})
            # A refused join, as while Postgres is away, is none: it is tried again.
            while ack["success"] and client._sio and client._sio.connected:
                await asyncio.sleep(0.1)
        except (socketio.exceptions.SocketIOError, *GONE, AttributeError):
            pass  # AttributeError: the acknowledgement died with the api
        finally:
            with suppress(Exception):
                async with asyncio.timeout(2):  # what never connected never disconnects
                    await client.disconnect(abort=True)
        await asyncio.sleep(AGAIN_S)


async def listened(client: Client, kafka: str, user: str, within_s: float = 30) -> Listened:
    """Wait until it has heard as much as the log says that it must, or time is up."""
    expected = await told_by_log(kafka, user)
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while len(client.heard) < sum(map(len, expected.values())):
                await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    return Listened(client.of_partitions(), await told_by_log(kafka, user))
