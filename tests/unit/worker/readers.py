"""Marks and readers that fail, stall or wait as a test says."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Self

from buyqueue.log.record import Recorded
from streams.folding.assignment import Assignment


class NoMarks:
    """Nothing is kept about where a replay begins."""

    async def load(self) -> dict[int, int]:
        return {}

    async def save(self, marks: Mapping[int, int]) -> None:
        pass


class StalledMarks(NoMarks):
    """Fails once, in a way that nobody has foreseen."""

    failed = False

    async def load(self) -> dict[int, int]:
        if not self.failed:
            self.failed = True
            raise RuntimeError("unforeseen")
        return {}


class SlowReader:
    """Answers the ends of a moment ago: `meanwhile` happens before the answer arrives."""

    def __init__(self, log: list[Recorded], meanwhile: list[Callable[[], None]]) -> None:
        self._log = log
        self._meanwhile = meanwhile
        self._from = 0
        self.started: list[int] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        pass

    async def ends(self, partitions: list[int]) -> dict[int, int]:
        ends = dict.fromkeys(partitions, len(self._log))
        for each in self._meanwhile:
            each()
        return ends

    def start_at(self, offsets: Mapping[int, int]) -> None:
        self._from = offsets[0]
        self.started.append(self._from)

    async def read(self, _timeout_ms: int = 0) -> list[Recorded]:
        await asyncio.sleep(0)
        return self._log[self._from :]


class HeldReader(SlowReader):
    """Answers a fetch once it may."""

    def __init__(self, log: list[Recorded], meanwhile: list[Callable[[], None]]) -> None:
        super().__init__(log, meanwhile)
        self.free = asyncio.Event()
        self.free.set()
        self.held = False

    async def read(self, timeout_ms: int = 0) -> list[Recorded]:
        self.held = True
        await self.free.wait()
        self.held = False
        return await super().read(timeout_ms)


class OneOfTwo(SlowReader):
    """Reads partition 0 of a log whose partition 1 is empty."""

    async def ends(self, partitions: list[int]) -> dict[int, int]:
        return {number: 0 if number else len(self._log) for number in partitions}

    def start_at(self, offsets: Mapping[int, int]) -> None:
        if 0 in offsets:
            super().start_at(offsets)


class HeldMarks(NoMarks):
    """Answers once it may, and keeps what it is given."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.saved: dict[int, int] = {}

    async def load(self) -> dict[int, int]:
        await self.free.wait()
        return dict(self.saved)

    async def save(self, marks: Mapping[int, int]) -> None:
        self.saved |= marks


def slow(reader: SlowReader) -> Any:
    return reader


def slow_marks(marks: NoMarks) -> Any:
    return marks


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0)


async def settled(assignment: Assignment) -> None:
    while assignment._replaying:
        await asyncio.sleep(0)
