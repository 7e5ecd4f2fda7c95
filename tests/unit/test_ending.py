"""A task is ended even if it swallows a cancel."""

import asyncio

import pytest

from buyqueue.ending import end, end_all, run_until


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


async def test_one_that_swallows_a_cancel_stops_when_it_is_told() -> None:
    stopping, task = asyncio.Event(), asyncio.create_task(stubborn(1))
    running = asyncio.create_task(run_until(stopping, task))
    await asyncio.sleep(0)
    stopping.set()
    await asyncio.wait_for(running, 10)
    assert task.done()


async def test_what_ends_by_itself_is_not_waited_for() -> None:
    async def broken() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await asyncio.wait_for(run_until(asyncio.Event(), asyncio.create_task(broken())), 10)


async def test_several_are_ended_whatever_they_raise() -> None:
    async def broken() -> None:
        raise OSError("gone")

    tasks = [asyncio.create_task(stubborn(1)), asyncio.create_task(broken())]
    await asyncio.sleep(0)
    await asyncio.wait_for(end_all(tasks), 10)
    assert all(task.done() for task in tasks)
