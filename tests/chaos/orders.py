"""Buys that are asked for while faults happen, each accepted or asked again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from solders.keypair import Keypair
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from buyqueue.clock import SystemClock
from buyqueue.errors import Unavailable
from buyqueue.events.codec import Event
from buyqueue.sealing import Sealer
from buyqueue.secret import Secret
from buyqueue.tables import VAULT
from tests.chaos.evidence import Asked
from tests.chaos.site import Site
from tests.integration.desk import SOL, Desk

AGAIN_S = 0.5
ACCEPTED_WITHIN_S = 60.0


class Orders:
    """Asks as the api does: the sealed key first, then the event, until both are acknowledged."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._desk = Desk(site.settings, site.chain, site.journal)
        self.asked: list[Asked] = []
        self.keypairs: list[Keypair] = []
        """Of every wallet whose key was handed over."""
        self._stock: list[Keypair] = []

    async def stock(self, count: int) -> None:
        """Have wallets ready for a time when the chain is in trouble."""
        buyers = [Keypair() for _ in range(count)]
        await asyncio.gather(*(self._site.chain.node.fund(buyer.pubkey(), SOL) for buyer in buyers))
        self._stock += buyers

    async def buyer(self) -> Keypair:
        """Answer a wallet with one SOL."""
        if not self._stock:
            await self.stock(1)
        return self._stock.pop()

    async def buy(self) -> Asked:
        """Ask for one buy; returns once it is accepted."""
        buyer, job_id = await self.buyer(), SystemClock().new_id()
        wallet = str(buyer.pubkey())
        await self._keep(job_id, buyer)
        requested = self._desk.requested(job_id, wallet, SOL // 10)
        await self._append(requested.model_copy(update={"user_id": self._site.user}))
        asked = Asked(job_id, wallet, SOL)
        self.asked.append(asked)
        return asked

    async def cancel(self, asked: Asked) -> None:
        """Ask to stop a buy."""
        await self._desk.cancel(asked.job_id)

    async def _keep(self, job_id: UUID, buyer: Keypair) -> None:
        self.keypairs.append(buyer)
        wallet = str(buyer.pubkey())
        sealer = Sealer.from_text(self._site.settings.vault_public_key or "")
        sealed = sealer.seal(Secret(bytes(buyer)), job_id, wallet)
        row = {
            "job_id": job_id, "wallet": wallet, "key_id": sealed.key_id,
            "ciphertext": sealed.ciphertext, "created_at": SystemClock().now(),
        }  # fmt: skip
        while True:
            try:
                async with self._site.engine.begin() as connection:
                    await connection.execute(insert(VAULT).values(row))
            except (DBAPIError, OSError, TimeoutError) as error:
                if "duplicate key" in str(error):
                    return
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _append(self, event: Event) -> None:
        while True:
            try:
                await self._site.journal.append(event)
            except Unavailable:
                await asyncio.sleep(AGAIN_S)
            else:
                return


@asynccontextmanager
async def flowing(buy: Callable[[], Awaitable[object]], per_second: float) -> AsyncIterator[None]:
    """Ask for buys at an even pace while the context lasts, and wait for the last answers."""
    asking: set[asyncio.Task[object]] = set()

    async def flow() -> None:
        while True:
            asking.add(asyncio.ensure_future(buy()))
            await asyncio.sleep(1 / per_second)

    pace = asyncio.create_task(flow())
    try:
        yield
    except BaseException:
        for task in asking:
            task.cancel()
        raise
    finally:
        pace.cancel()
        await asyncio.gather(pace, return_exceptions=True)
        async with asyncio.timeout(ACCEPTED_WITHIN_S):
            await asyncio.gather(*asking)
