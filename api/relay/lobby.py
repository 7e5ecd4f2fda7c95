"""Sockets of an open api that join nothing: they hear every buy, as the original's clients do."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from api.relay.rooms import EveryRoom
from api.relay.told import Change
from api.relay.viewer import Audience, Viewer
from buyqueue.clock import Clock

HOLD_S: Final = 1.0
"""Whoever means to join a room does it once it is connected; until then nothing is sent to it."""
OVERTAKEN_S: Final = 0.5
"""No longer than stock clients wait before they connect again: what they have heard before a cut
is not told again."""
LOOK_AGAIN_S: Final = 0.02
EVERYTHING: Final = EveryRoom()
REMEMBERED: Final = 1_000
"""The last events, for those whose connection was being made as they came."""


class Lobby:
    """Where a socket waits from its connection to its first `join_room`, or for good.

    It hears what came since its first request, and half a second before: the original's listing
    posts its buy while it connects. The buy may be over before the socket is there, and its
    request may overtake the socket's first. What comes at first is held
    back, and dropped if the socket joins: its rooms then begin as if it had never been here.
    NB: who joins later has already heard what came before.
    """

    def __init__(
        self, *, live: Callable[[], bool], audience: Audience, clock: Clock, hold_s: float = HOLD_S
    ) -> None:
        self._live = live
        self._audience = audience
        self._clock = clock
        self._hold_s = hold_s
        self._waiting: dict[Viewer, asyncio.Task[None]] = {}
        self._recent: deque[tuple[float, Change]] = deque(maxlen=REMEMBERED)
        audience.watch(self._remember)

    def enter(self, viewer: Viewer, since: float) -> None:
        """Let a viewer wait; it made its first request at `since`, by the monotonic clock, in s."""
        self._waiting[viewer] = asyncio.create_task(self._wait(viewer, since), name="lobby")

    def leave(self, viewer: Viewer) -> None:
        """Let a viewer hear of its rooms alone. A second time does nothing."""
        if waiting := self._waiting.pop(viewer, None):
            waiting.cancel()
            self._audience.remove(EVERYTHING, viewer)
            viewer.leave(EVERYTHING)

    def _remember(self, change: Change) -> None:
        # What is told before the feed has caught up with the log is no news.
        if self._live():
            self._recent.append((self._clock.monotonic(), change))

    async def _wait(self, viewer: Viewer, since: float) -> None:
        while not self._live():
            await self._clock.sleep(LOOK_AGAIN_S)
        viewer.begin(EVERYTHING)
        for came, change in self._recent:
            if came >= since - OVERTAKEN_S:
                for told in change.told():
                    viewer.tell(told)
        self._audience.add(EVERYTHING, viewer)
        await self._clock.sleep(self._hold_s)
        viewer.go_live({})
