"""A relay that relays nothing, for what has nothing to do with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from aiohttp import web

from api.relay.rooms import Join
from api.relay.stream import Stream
from api.relay.told import Change


@dataclass
class QuietRelay:
    """Is as well as it is told to be."""

    healthy: bool = True
    live: bool = True
    connections: int = 0
    open_buys: int = 0
    positions: dict[int, int] = field(default_factory=dict)

    def stream(self, _wish: Join) -> AbstractContextManager[Stream]:
        """Has no log to follow."""
        raise NotImplementedError

    def watch(self, _watcher: Callable[[Change], None]) -> None:
        """Has nothing to tell."""

    async def start(self) -> None:
        """Does nothing."""

    async def stop(self) -> None:
        """Does nothing."""


@dataclass
class NoSockets:
    """Serves no sockets."""

    attached: int = 0

    def attach(self, app: web.Application) -> None:
        assert not app.frozen
        self.attached += 1

    async def shutdown(self) -> None:
        """Does nothing."""
