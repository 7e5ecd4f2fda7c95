"""Who may open a socket, and what it may then follow."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from api.relay.rooms import Room


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the request that opened the connection, and the `auth` sent with it."""

    environ: Mapping[str, Any]
    auth: Any


class Pass(Protocol):
    """What one socket may do."""

    @property
    def hears_all(self) -> bool:
        """Whether it hears every buy if it joins nothing."""

    def wish(self, payload: Any) -> Any:
        """Fill in a payload of `join_room` that does not say whose room is meant."""

    async def check(self, room: Room) -> None:
        """Return if it may follow this room; raises Problem or Unavailable."""

    async def ended(self) -> None:
        """Return once it is not good any more: then the socket is disconnected."""


class Door(Protocol):
    """Lets sockets in."""

    async def admit(self, visitor: Visitor) -> Pass:
        """Let a socket in; raises Problem or Unavailable."""


class OpenDoor:
    """Lets everyone in to everything: for an open api."""

    def __init__(self, *, hears_all: bool = False) -> None:
        self._pass = _OpenPass(hears_all)

    async def admit(self, _visitor: Visitor) -> Pass:
        """Let a socket in."""
        return self._pass


@dataclass(frozen=True, slots=True)
class _OpenPass:
    hears_all: bool

    def wish(self, payload: Any) -> Any:
        return payload

    async def check(self, room: Room) -> None:
        """Allow it."""

    async def ended(self) -> None:
        await asyncio.Event().wait()
