"""A new version, process by process, while people buy."""

import asyncio
import time
from collections.abc import Callable

from tests.compose.live.buyers import Buyers
from tests.compose.live.shopping import shopping
from tests.compose.live.stack import LiveStack

ORDER = ("projector", "api-1", "api-2", "worker-1", "worker-2")
"""Readers before writers, as docs/operations/deploy.md says."""


async def test_a_rolling_restart_refuses_nobody_and_buys_everything_once(
    stack: LiveStack, buyers: Buyers, measured: Callable[[str], None]
) -> None:
    """Each container is replaced by a new one, as a new image would be; sockets miss nothing."""
    took = {}
    async with shopping(buyers) as shop:
        await shop.at_least(2)
        before = {name: await container(stack, name) for name in ORDER}
        for name in ORDER:
            began = time.monotonic()
            await stack.compose("up", "-d", "--no-deps", "--force-recreate", name)
            await stack.until_well(name)
            took[name] = f"{time.monotonic() - began:.0f} s"
        await shop.at_least(2)
        after = {name: await container(stack, name) for name in ORDER}
    assert set() == set(before.values()) & set(after.values())
    assert [] == shop.refused
    measured(f"{len(shop.taken)} bought, none refused; to be well again: {took}")


async def container(stack: LiveStack, name: str) -> str:
    """Answer the id of a service's container."""
    await asyncio.sleep(0)
    return (await stack.compose("ps", "-q", name)).strip()
