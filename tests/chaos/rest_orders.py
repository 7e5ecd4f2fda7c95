"""Buys asked for over REST, and a user who listens, while the api itself is killed."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import aiohttp
import socketio
from solders.keypair import Keypair

from buyq.client import ApiError, BuyClient, ClientError, Unreachable
from buyqueue.clock import SystemClock
from tests.chaos.evidence import Asked, Listened
from tests.chaos.orders import USER, Orders
from tests.chaos.site import Site
from tests.integration.desk import SOL
from tests.relay.serving import Client, told_by_log

AGAIN_S = 0.3
CANCELLED_SHARE = 0.1
GONE = (aiohttp.ClientError, TimeoutError, OSError)


class RestOrders:
    """Asks over and over with one idempotency key, until the api has accepted."""

    def __init__(self, site: Site, orders: Orders, dice: random.Random) -> None:
        self._site, self._orders, self._dice = site, orders, dice
        self._url = f"http://127.0.0.1:{site.settings.port}"

    async def buy(self) -> None:
        """Ask for one buy, and now and then cancel it soon after."""
        buyer = Keypair()
        await self._site.chain.node.fund(buyer.pubkey(), SOL)
        body = {
            "userId": USER,
            "tokenAddress": str(self._site.chain.jupiter.market.tokens[0].mint),
            "buyAmount": 0.1,
            "walletPrivateKey": str(buyer),
        }
        self._orders.keypairs.append(buyer)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            client = BuyClient(session, self._url)
            job_id = await self._accepted(client, body)
            self._orders.asked.append(Asked(UUID(job_id), str(buyer.pubkey()), SOL))
            if self._dice.random() < CANCELLED_SHARE:
                with suppress(ClientError):
                    await client.cancel(job_id)

    async def _accepted(self, client: BuyClient, body: dict[str, object]) -> str:
        key = str(SystemClock().new_id())
        while True:
            try:
                return (await client.send(body, key)).job_id
            except ApiError as error:
                if error.status < 500 and error.status != 429:
                    raise
            except Unreachable:
                pass
            await asyncio.sleep(AGAIN_S)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Client]:
    """Follow the user's room while the context lasts; joins again with the cursors it has."""
    client = Client(url)
    task = asyncio.create_task(_listen(client))
    try:
        yield client
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen(client: Client) -> None:
    while True:
        try:
            await client.connect()
            await client.join({"userId": USER, "cursors": dict(client.cursors)})
            while client._sio and client._sio.connected:
                await asyncio.sleep(0.1)
        except (socketio.exceptions.SocketIOError, *GONE, AttributeError):
            pass  # AttributeError: the acknowledgement died with the api
        finally:
            with suppress(Exception):
                async with asyncio.timeout(2):  # what never connected never disconnects
                    await client.disconnect(abort=True)
        await asyncio.sleep(AGAIN_S)


async def listened(client: Client, kafka: str, within_s: float = 30) -> Listened:
    """Wait until it has heard as much as the log says that it must, or time is up."""
    expected = await told_by_log(kafka, USER)
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while len(client.heard) < sum(map(len, expected.values())):
                await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    return Listened(client.of_partitions(), await told_by_log(kafka, USER))
