"""A task is ended even if it swallows a cancel."""

import asyncio

import pytest

from buyqueue.ending import end


async def stubborn(times: int) -> None:
    """Goes on after so many cancels, as a driver may that is just answered."""
    for _ in range(times):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue
    await asyncio.sleep(60)


@pytest.mark.parametrize("times", [0, 1, 2])
async def test_a_task_that_swallows_cancels_is_ended(times: int) -> None:
    task = asyncio.create_task(stubborn(times))
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task), 10)
    assert task.done()


async def test_what_a_task_has_raised_is_raised() -> None:
    async def broken() -> None:
        raise OSError("gone")

    task = asyncio.create_task(broken())
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="gone"):
        await end(task)
