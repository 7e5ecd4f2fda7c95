"""Waiting until a child answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sandbox.processes.child import Child
from sandbox.processes.errors import EndedEarly, NotReady

PAUSE_S = 0.03


def check_running(child: Child) -> None:
    """Raise EndedEarly, with the tail of its log, unless the child runs."""
    if not child.running:
        name, code = child.command.name, child.exit_code
        raise EndedEarly(f"{name} ended with code {code}; its log:\n{child.tail()}")


async def wait_ready(child: Child, probe: Callable[[], Awaitable[bool]], *, within_ms: int) -> int:
    """Ask `probe` until it says True; the ms it took.

    The child is stopped before EndedEarly (it ended) or NotReady (`within_ms` passed) is raised;
    both carry the tail of its log. `probe` itself must not raise for "not yet".
    """
    name = child.command.name
    began = time.monotonic()
    try:
        async with asyncio.timeout(within_ms / 1000):
            while not await probe():
                check_running(child)
                await asyncio.sleep(PAUSE_S)
    except BaseException as error:
        await child.stop()
        if isinstance(error, TimeoutError):
            raise NotReady(f"{name} was not ready in {within_ms} ms:\n{child.tail()}") from None
        raise
    return round((time.monotonic() - began) * 1000)
