"""Sockets of an open api that join nothing: they hear every buy, as the original's clients do."""

import asyncio
from collections.abc import Callable
from typing import Final

from api.relay.rooms import EveryRoom
from api.relay.viewer import Audience, Viewer
from buyqueue.clock import Clock

HOLD_S: Final = 1.0
"""Whoever means to join a room does it once it is connected; until then nothing is sent to it."""
LOOK_AGAIN_S: Final = 0.02
EVERYTHING: Final = EveryRoom()


class Lobby:
    """Where a socket waits from its connection to its first `join_room`, or for good.

    What comes at first is held back, and dropped if the socket joins: its rooms then begin as if
    it had never been here. NB: who joins later has already heard what came before.
    """

    def __init__(
        self, *, live: Callable[[], bool], audience: Audience, clock: Clock, hold_s: float = HOLD_S
    ) -> None:
        self._live = live
        self._audience = audience
        self._clock = clock
        self._hold_s = hold_s
        self._waiting: dict[Viewer, asyncio.Task[None]] = {}

    def enter(self, viewer: Viewer) -> None:
        """Let a viewer wait, and hear everything from now on if it has not joined in time."""
        self._waiting[viewer] = asyncio.create_task(self._wait(viewer), name="lobby")

    def leave(self, viewer: Viewer) -> None:
        """Let a viewer hear of its rooms alone. A second time does nothing."""
        if waiting := self._waiting.pop(viewer, None):
            waiting.cancel()
            self._audience.remove(EVERYTHING, viewer)
            viewer.leave(EVERYTHING)

    async def _wait(self, viewer: Viewer) -> None:
        # What is told before the feed has caught up with the log is no news.
        while not self._live():
            await self._clock.sleep(LOOK_AGAIN_S)
        viewer.begin(EVERYTHING)
        self._audience.add(EVERYTHING, viewer)
        await self._clock.sleep(self._hold_s)
        viewer.go_live({})
