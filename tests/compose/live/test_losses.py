"""Whatever one thing is taken from the stack without a word, buys go on, each made once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.compose.live.buyers import Buyers
from tests.compose.live.shopping import shopping
from tests.compose.live.stack import LiveStack, until
from tests.compose.live.test_healthy import asked

BEFORE, MEANWHILE = 4, 16
"""Orders that are taken before the loss, and while it lasts."""


@pytest.mark.parametrize("lost", ["api-1", "worker-1", "kafka-2", "projector"])
async def test_buys_go_on_without(
    lost: str, stack: LiveStack, buyers: Buyers, measured: Callable[[str], None]
) -> None:
    """Sockets miss nothing, whichever replica they were with."""
    async with shopping(buyers) as shop:
        await shop.at_least(BEFORE)
        await stack.signal(lost)
        await shop.at_least(MEANWHILE)
        await stack.start(lost)
        await shop.at_least(BEFORE)
        cut = sum(one.connections > 1 for one in shop.listeners)
    # Both replicas had listeners, and those of the one that was lost went to the other.
    assert (lost == "api-1") == (0 < cut < len(shop.listeners))
    assert lost == "api-1" or cut == 0
    measured(f"{lost}: {len(shop.taken)} bought, {cut} sockets cut, refused: {shop.refused}")


async def test_an_alert_fires_while_the_projector_is_stopped(
    stack: LiveStack, buyers: Buyers
) -> None:
    async def firing() -> list[Any]:
        found = (await asked(buyers, "alerts"))["alerts"]
        return [one["labels"]["instance"] for one in found if one["state"] == "firing"]

    async def fires() -> bool | None:
        return True if await firing() == ["projector:9100"] else None

    async def is_over() -> bool | None:
        return True if await firing() == [] else None

    await until("no alert", is_over)
    await stack.compose("stop", "projector")
    await until("the alert", fires)
    await stack.start("projector")
    await until("its end", is_over)
