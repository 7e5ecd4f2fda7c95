"""Ending a task that runs until it is cancelled."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

AGAIN_S: Final = 0.5


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended; raises what it raised.

    NB: once is not enough. A driver that is cancelled in the moment its answer comes may swallow
    the cancel (`asyncio.wait_for` before Python 3.12 does, and aiokafka where it waits for its own
    tasks): the task goes on, and whoever awaits it waits for ever.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN_S)
    if not task.cancelled():
        task.result()


async def end_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End several tasks at the same time; what they raised is not told."""
    await asyncio.gather(*map(end, tasks), return_exceptions=True)


async def run_until(stopping: asyncio.Event, task: asyncio.Task[Any]) -> None:
    """Wait for a task, and end it when it shall stop; raises what it raised."""
    told = asyncio.create_task(stopping.wait(), name="told to stop")
    try:
        await asyncio.wait({told, task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_all([told])
        await end(task)
