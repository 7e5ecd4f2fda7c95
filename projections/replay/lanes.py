"""Where the lanes of a replay run: within this process, or each in a process of its own."""

import asyncio
import os
import pickle
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final, Protocol

from buyqueue.errors import Code, Unavailable
from projections.replay.lane import Lane
from projections.replay.serving import LENGTH

SHARED_FROM: Final = 50_000
"""Records; fewer are folded sooner than another process has started."""
MOST: Final = 8
PENDING: Final = 2
"""Batches of a lane on their way: it folds one while the next one comes."""


class Folding(Protocol):
    """A lane that is asked and answers later, in order."""

    async def ask(self, name: str, *arguments: Any) -> None:
        """Call a method of the lane. Waits while enough is on its way."""

    async def answer(self) -> Any:
        """Answer the oldest call that is not answered yet."""


class HereLane:
    """A lane within this process."""

    def __init__(self) -> None:
        self._lane = Lane()
        self._answers: asyncio.Queue[Any] = asyncio.Queue(PENDING)

    async def ask(self, name: str, *arguments: Any) -> None:
        """Do it at once."""
        await self._answers.put(getattr(self._lane, name)(*arguments))

    async def answer(self) -> Any:
        """Answer the oldest call."""
        return await self._answers.get()


class ProcessLane:
    """A lane in a process of its own. It is told records and nothing else: no address, no key."""

    def __init__(self, calls: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self._calls = calls
        self._answers = answers
        self._free = asyncio.Semaphore(PENDING)

    async def ask(self, name: str, *arguments: Any) -> None:
        """Send the call."""
        await self._free.acquire()
        call = pickle.dumps((name, arguments), pickle.HIGHEST_PROTOCOL)
        with suppress(ConnectionError):  # whoever waits for the answer is told
            self._calls.write(LENGTH.pack(len(call)))
            self._calls.write(call)
            await self._calls.drain()

    async def answer(self) -> Any:
        """Answer the oldest call; raises Unavailable if the process ended."""
        try:
            (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
            answer = await self._answers.readexactly(length)
        except asyncio.IncompleteReadError:
            raise Unavailable(
                Code.INTERNAL_ERROR, "a process that folds for the replay ended before its work"
            ) from None
        self._free.release()
        return pickle.loads(answer)  # noqa: S301 - our child's


def lanes_for(records: int) -> int:
    """Answer how many processes fold so many records the soonest; 0 is this one."""
    return 0 if records < SHARED_FROM else min(MOST, len(os.sched_getaffinity(0)))


@asynccontextmanager
async def folding(processes: int) -> AsyncIterator[list[Folding]]:
    """Have lanes for a while: in so many processes, or one in this process."""
    async with AsyncExitStack() as exits:
        if not processes:
            yield [HereLane()]
        else:
            yield [await exits.enter_async_context(_started()) for _ in range(processes)]


@asynccontextmanager
async def _started() -> AsyncIterator[ProcessLane]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "projections.replay.serving"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
        # Ctrl-C is for us; it ends when we do.
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise ChildProcessError("a process without pipes")
    try:
        yield ProcessLane(process.stdin, process.stdout)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
