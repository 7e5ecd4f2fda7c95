"""Look-ups of names that others choose: one a host at once, a few an owner, and none in a queue."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from typing import Final
from weakref import WeakValueDictionary

from aiohttp.abc import AbstractResolver, ResolveResult

LOOKUPS: Final = 64
"""At once, of all owners."""
OF_ONE_OWNER: Final = 8
"""At once: names that take for ever keep their owner's others waiting, and nobody else's."""
TURN_S: Final = 0.5
"""The longest wait for a turn: well below what an attempt may take, which must not end for it."""

_OWNER: ContextVar[str | None] = ContextVar("webhook_owner", default=None)


class Busy(OSError):
    """There is no turn for a look-up: nothing is known of the host, and nothing is its fault."""

    def __init__(self) -> None:
        super().__init__("too many hosts are being looked up")


@contextmanager
def on_behalf_of(owner: str | None) -> Iterator[None]:
    """Let look-ups made in here count as this owner's: aiohttp asks for a host by its name only."""
    token = _OWNER.set(owner)
    try:
        yield
    finally:
        _OWNER.reset(token)


class Lookups(AbstractResolver):
    """Asks another resolver, within bounds.

    Who asks for a host that is being looked up waits for the same answer. NB: a look-up goes on
    after all who wait for it gave up, as a thread in `getaddrinfo` cannot be stopped; it keeps its
    turn until then. Nothing is kept once it is answered.
    """

    def __init__(self, lookup: AbstractResolver) -> None:
        self._lookup = lookup
        self._turns = asyncio.Semaphore(LOOKUPS)
        self._owners: WeakValueDictionary[str | None, asyncio.Semaphore] = WeakValueDictionary()
        self._asked: dict[tuple[str, int], asyncio.Task[list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a host up; raises Busy, OSError if it leads nowhere."""
        key = host.lower(), int(family)
        if (asked := self._asked.get(key)) is None:
            asked = asyncio.create_task(self._ask(_OWNER.get(), host, family))
            self._asked[key] = asked
            asked.add_done_callback(lambda done: self._answered(key, done))
        found = await asyncio.shield(asked)
        return [ResolveResult(**(one | {"port": port})) for one in found]

    async def close(self) -> None:
        """Wait for nothing that is still being looked up."""
        for asked in self._asked.values():
            asked.cancel()
        await self._lookup.close()

    async def _ask(
        self, owner: str | None, host: str, family: socket.AddressFamily
    ) -> list[ResolveResult]:
        of_owner = self._owners.setdefault(owner, asyncio.Semaphore(OF_ONE_OWNER))
        async with AsyncExitStack() as turn:
            try:
                async with asyncio.timeout(TURN_S):
                    await turn.enter_async_context(of_owner)
                    await turn.enter_async_context(self._turns)
            except TimeoutError:
                raise Busy from None
            return await self._lookup.resolve(host, 0, family)

    def _answered(self, key: tuple[str, int], done: asyncio.Task[list[ResolveResult]]) -> None:
        del self._asked[key]
        if not done.cancelled():
            done.exception()  # whoever asked may have gone
