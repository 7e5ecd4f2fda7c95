"""A buy each half second while something is done to the stack, with sockets that listen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from buyq.client import Live
from tests.compose.live.buyers import USER, Buyers, Purchase

EACH_S = 0.5
MOST = 400
LISTENERS = 4


@dataclass
class Shopping:
    """What was asked for, and what the listeners are told of it."""

    buyers: Buyers
    listeners: list[Live] = field(default_factory=list)
    taken: list[Purchase] = field(default_factory=list)

    @property
    def refused(self) -> list[str]:
        """What submitters were refused; each tried again, with the same key."""
        return [text for one in self.taken for text in one.refused]

    async def at_least(self, count: int) -> None:
        """Wait until so many more orders were taken."""
        wanted = len(self.taken) + count
        while len(self.taken) < wanted:
            await asyncio.sleep(0.1)

    async def all_was_bought_once_and_heard(self) -> None:
        """AssertionError unless it is so for each order and each listener."""
        await self.buyers.completed(*self.taken)
        jobs = {one.job_id for one in self.taken}
        assert len(jobs) == len(self.taken)
        heard = await asyncio.gather(*(self.buyers.heard(one, jobs) for one in self.listeners))
        told = {job_id: await self.buyers.story(job_id) for job_id in sorted(jobs)}
        for one in heard:
            assert told == one


@asynccontextmanager
async def shopping(buyers: Buyers) -> AsyncIterator[Shopping]:
    """Shop while the context lasts; its end waits for the last answer."""
    async with AsyncExitStack() as exits:
        listeners = [
            await exits.enter_async_context(buyers.client.live(USER)) for _ in range(LISTENERS)
        ]
        shopping = Shopping(buyers, listeners)
        ended = asyncio.Event()
        buying = asyncio.create_task(_buy(shopping, ended), name="shopping")
        try:
            yield shopping
        finally:
            ended.set()
            await buying
        await shopping.all_was_bought_once_and_heard()


async def _buy(shopping: Shopping, ended: asyncio.Event) -> None:
    """Submit at this pace, whether or not the last one was answered."""
    async with asyncio.TaskGroup() as orders:
        for _ in range(MOST):
            if ended.is_set():
                return
            orders.create_task(_order(shopping))
            await asyncio.sleep(EACH_S)


async def _order(shopping: Shopping) -> None:
    purchase = await shopping.buyers.purchase()
    shopping.taken.append(await shopping.buyers.insist(purchase))
