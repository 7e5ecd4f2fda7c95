"""The faults, one schedule for every system."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.comparison.buyers import Buyers
from tests.chaos.comparison.system import System, kill

BETWEEN_S = 3.0
FROZEN_S = 75.0
"""Longer than BullMQ's lock (30 s) and two of its looks for stalled jobs (30 s each)."""
AWAY_S = 2.0


@dataclass(frozen=True)
class Trial:
    """A fault, how often it strikes, and how fast buys come meanwhile."""

    fault: str
    strike: Callable[[System, Buyers, random.Random], Awaitable[None]]
    count: int
    per_second: float = 4.0
    errs: bool = False


async def killed_after_send(system: System, _buyers: Buyers, _dice: random.Random) -> None:
    """Both workers at once, as soon as four more purchases were made: they are in flight then."""
    before = sum(system.chain.purchases().values())
    async with asyncio.timeout(120):
        while sum(system.chain.purchases().values()) < before + 4:
            await asyncio.sleep(0.01)
    kill(*system.workers)
    await asyncio.sleep(BETWEEN_S)


async def killed_at_random(system: System, _buyers: Buyers, dice: random.Random) -> None:
    """A worker or the api, at any moment."""
    await asyncio.sleep(BETWEEN_S)
    kill(dice.choice([*system.workers, system.api]))


async def frozen(system: System, _buyers: Buyers, _dice: random.Random) -> None:
    """One of two workers; it wakes up when the other one has its work."""
    await asyncio.sleep(BETWEEN_S)
    system.workers[0].send(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_S)
    system.workers[0].send(signal.SIGCONT)


async def store_killed(system: System, _buyers: Buyers, _dice: random.Random) -> None:
    """kill -9 of Redis or Kafka, started again after a second."""
    await asyncio.sleep(2 * BETWEEN_S)
    await system.store.kill()
    await asyncio.sleep(1)
    await system.store.start()


async def client_away(_system: System, buyers: Buyers, _dice: random.Random) -> None:
    """The transport is cut for a moment, without a good-bye."""
    await asyncio.sleep(BETWEEN_S)
    buyers.present.clear()
    await asyncio.sleep(AWAY_S)
    buyers.present.set()


async def nothing(_system: System, _buyers: Buyers, _dice: random.Random) -> None:
    """The node alone does the harm."""
    await asyncio.sleep(BETWEEN_S)


TRIALS = (
    Trial("both workers killed after sending", killed_after_send, 3),
    Trial("worker or api killed at random every 3 s", killed_at_random, 30),
    Trial("worker frozen 75 s, another alive", frozen, 2, per_second=6.0),
    Trial("store killed", store_killed, 5),
    Trial("client away 2 s", client_away, 8),
    Trial("node takes it and answers with an error", nothing, 5, errs=True),
)
