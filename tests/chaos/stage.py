"""Runs a scenario: buys flow, a fault strikes again and again, everything is checked."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sandbox.processes.child import Child
from tests.chaos.follower import Follower, following
from tests.chaos.orders import Orders, flowing
from tests.chaos.public import public
from tests.chaos.rest_orders import Habits
from tests.chaos.site import Site, own_site
from tests.chaos.verdict import Verdict, judge

SETTLE_S = 150.0
QUICK: Mapping[str, Any] = {"status_poll_ms": 50, "rate_limit_per_minute": 0}
"""Settings of every process in every scenario but where the defaults are what is measured."""


@dataclass
class Stage:
    """What a fault may strike."""

    site: Site
    orders: Orders
    follower: Follower
    dice: random.Random
    workers: list[Child] = field(default_factory=list)
    started: int = 0
    restarted: int = 0
    struck: list[tuple[int, list[UUID]]] = field(default_factory=list)
    """When each fault struck, and which buys were open then."""

    def mark(self) -> None:
        """Say that the fault strikes now."""
        self.struck.append((now_ms(), self.follower.open(self.orders.asked)))

    async def worker(self, **told: str) -> Child:
        """Start one more worker."""
        self.started += 1
        child = await self.site.worker(f"worker {self.started}", **told)
        self.workers.append(child)
        return child

    async def supervise(self) -> None:
        """Start again what ended by itself, as a service manager does."""
        while True:
            for child in list(self.workers):
                if not child.running:
                    self.restarted += 1
                    await child.start()
            await asyncio.sleep(0.5)

    async def kill(self, child: Child) -> None:
        """kill -9, and wait until it is gone."""
        child.send(signal.SIGKILL)
        await child.wait()
        if child in self.workers:
            self.workers.remove(child)

    async def pause(self, low_s: float, high_s: float) -> None:
        await asyncio.sleep(self.dice.uniform(low_s, high_s))


@dataclass(frozen=True)
class Scenario:
    """A fault, and the rhythm in which it strikes."""

    fault: str
    strike: Callable[[Stage, int], Awaitable[None]]
    prepare: Callable[[Stage], Any] | None = None
    """An async context manager around the whole."""
    workers: int = 2
    per_second: float = 2.0
    between_s: tuple[float, float] = (1.0, 4.0)
    slot_ms: int = 200
    told: Mapping[str, object] = field(default_factory=dict)
    """Settings of every process."""
    stock: int = 0
    """Wallets to have before the first fault, for each fault: in trouble none can be funded."""
    brokers: int = 1
    supervised: bool = False
    """Whether a worker that ends by itself is started again."""
    over_rest: float = 0.25
    """The share of buys that are posted to the api with a plain key, from 0 to 1."""
    cancelled: float = 0.0
    """The share of those that are cancelled soon after."""


async def play(scenario: Scenario, count: int, seed: int = 1, *, traced: bool = False) -> Verdict:
    """Strike `count` times while buys flow, wait until all have ended, and check."""
    told = {**QUICK, **scenario.told}
    own = own_site(brokers=scenario.brokers, slot_ms=scenario.slot_ms, traced=traced, **told)
    async with own as site, staged(site, seed) as stage:
        return await played(scenario, stage, count)


async def played(scenario: Scenario, stage: Stage, count: int) -> Verdict:
    """Do it on a stage that is there."""
    asked = stage.orders.asked
    async with AsyncExitStack() as stack:
        await stage.site.projector()
        for _ in range(scenario.workers):
            await stage.worker()
        await stage.orders.stock(scenario.stock * (count + 2))
        if scenario.supervised:
            stack.callback(asyncio.create_task(stage.supervise()).cancel)
        if scenario.prepare:
            await stack.enter_async_context(scenario.prepare(stage))
        habits = Habits(
            random.Random(2), over_rest=scenario.over_rest, cancelled=scenario.cancelled
        )
        open_to_all = await stack.enter_async_context(public(stage.site, stage.orders, habits))
        async with flowing(open_to_all.buy, scenario.per_second):
            async with asyncio.timeout(60):
                while not stage.follower.ended_ms:
                    await asyncio.sleep(0.1)
            for number in range(count):
                await stage.pause(*scenario.between_s)
                await scenario.strike(stage, number)
            await stage.pause(*scenario.between_s)
        await stage.follower.ended(asked, SETTLE_S)
        held_up = [
            ms for at_ms, jobs in stage.struck for ms in stage.follower.held_up_ms(at_ms, jobs)
        ]
        listened = await open_to_all.listened()
        return await judge(stage.site, scenario.fault, count, stage.orders, held_up, listened)


@asynccontextmanager
async def staged(site: Site, seed: int) -> AsyncIterator[Stage]:
    """Set the stage on a site."""
    async with following(site.settings.kafka_bootstrap_servers) as follower:
        yield Stage(site, Orders(site), follower, random.Random(seed))


def now_ms() -> int:
    """The machine's time, as Kafka's records have it."""
    return time.time_ns() // 1_000_000
