"""What a comparison needs of a system: processes to kill, a store, and a chain to count on."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from solders.keypair import Keypair

from sandbox.processes.child import Child

RESTART_S = 1.0


class Chain(Protocol):
    """Where purchases show, whatever the system says of them."""

    mint: str

    async def fund(self, buyer: Keypair) -> None:
        """Give a wallet what a buy needs."""

    def purchases(self) -> Mapping[str, int]:
        """Count what each wallet has bought."""


class Store(Protocol):
    """Where the system keeps its jobs."""

    async def kill(self) -> None:
        """kill -9."""

    async def start(self) -> None:
        """Start it again; returns once it answers."""


@dataclass
class System:
    """One system under test, all its processes started."""

    name: str
    url: str
    chain: Chain
    store: Store
    workers: list[Child]
    api: Child
    others: list[Child] = field(default_factory=list)

    async def supervise(self) -> None:
        """Start again, after a second, what has ended: as a service manager does."""
        while True:
            ended = [c for c in (*self.workers, self.api, *self.others) if not c.running]
            if ended:
                await asyncio.sleep(RESTART_S)
                await asyncio.gather(*(child.start() for child in ended))
            await asyncio.sleep(0.1)


class Start(Protocol):
    """How a system is started."""

    def __call__(self, *, errs: bool) -> AbstractAsyncContextManager[System]:
        """`errs`: its node takes each transaction first and answers with an error."""


def kill(*children: Child) -> None:
    """kill -9, all at once."""
    for child in children:
        child.send(signal.SIGKILL)


@asynccontextmanager
async def supervised(system: System) -> AsyncIterator[System]:
    """Have its processes started again while the context lasts."""
    task = asyncio.create_task(system.supervise())
    try:
        yield system
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
