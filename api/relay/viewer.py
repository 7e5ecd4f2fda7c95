"""One connected client, the rooms it follows, and who follows which room."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping

from api.relay.outbox import Outbox
from api.relay.rooms import EveryRoom, Room
from api.relay.told import Change, Told


class Viewer:
    """A client. Gets each message once, however many of its rooms it concerns.

    A room is first replayed, one at a time, then live: what comes meanwhile waits behind the
    replay. Nothing here awaits, so nothing slips in between.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.joining = asyncio.Lock()
        self._live: dict[Room | EveryRoom, Mapping[int, int]] = {}
        self._replaying: Room | EveryRoom | None = None
        self._held: list[Told] = []

    @property
    def rooms(self) -> set[Room | EveryRoom]:
        """What it follows or is about to."""
        return self._live.keys() | ({self._replaying} if self._replaying else set())

    def tell(self, told: Told) -> None:
        """Take a live message."""
        if self._replaying and told.concerns(self._replaying):
            self._held.append(told)
        elif any(told.concerns(room) for room in self._live):
            self.outbox.put(told)

    def begin(self, room: Room | EveryRoom) -> None:
        """Hold this room's live messages back from now on; joined again, it starts anew."""
        self._live.pop(room, None)
        self._replaying = room

    def replay(self, told: Told) -> None:
        """Take a message of the past, unless another room has brought it live."""
        for room, since in self._live.items():
            if told.concerns(room) and told.cursor > since.get(told.partition, -1):
                return
        self.outbox.put(told)

    def go_live(self, since: Mapping[int, int]) -> None:
        """End the replay: it brought all behind these cursors that came before `begin`."""
        if self._replaying is None:
            return  # left in the meantime
        self._live[self._replaying] = since
        self._end_replay()

    def leave(self, room: Room | EveryRoom) -> None:
        """Follow a room no more, whether live or still being replayed."""
        self._live.pop(room, None)
        if self._replaying == room:
            self._end_replay()

    def _end_replay(self) -> None:
        held, self._held, self._replaying = self._held, [], None
        for told in held:
            self.tell(told)


class Audience:
    """Who follows what."""

    def __init__(self) -> None:
        self._viewers: defaultdict[Room | EveryRoom, set[Viewer]] = defaultdict(set)
        self._watchers: list[Callable[[Change], None]] = []

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Call this with every change from now on."""
        self._watchers.append(watcher)

    def add(self, room: Room | EveryRoom, viewer: Viewer) -> None:
        """Let a viewer hear of a room."""
        self._viewers[room].add(viewer)

    def remove(self, room: Room | EveryRoom, viewer: Viewer) -> None:
        """Let it hear of it no more."""
        viewers = self._viewers.get(room, set())
        viewers.discard(viewer)
        if not viewers:
            self._viewers.pop(room, None)

    def tell(self, change: Change) -> None:
        """Tell those whom an event concerns; makes no message where nobody listens."""
        for watcher in self._watchers:
            watcher(change)
        empty: set[Viewer] = set()
        listening = [self._viewers.get(room, empty) for room in change.rooms]
        if any(listening):
            for told in change.told():
                for viewer in empty.union(*listening):
                    viewer.tell(told)
