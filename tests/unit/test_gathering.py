"""Questions that come while one is asked are asked together."""

import asyncio
from collections.abc import Sequence

import pytest

from buyqueue.errors import Code, Unavailable
from buyqueue.gathering import PATIENCE_S, Gathering


class Slow:
    """Answers ten times the number, once it may; 13 cannot be asked at all."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may = asyncio.Event()
        self.away = False

    async def __call__(self, numbers: Sequence[int]) -> dict[int, int]:
        self.asked.append(list(numbers))
        await self.may.wait()
        if self.away:
            raise Unavailable(Code.DATABASE_UNAVAILABLE, "away")
        if 13 in numbers:
            raise ValueError("13")
        return {number: number * 10 for number in numbers if number >= 0}


async def test_a_lone_question_is_asked_at_once_and_what_comes_meanwhile_is_gathered() -> None:
    slow = Slow()
    gathering = Gathering(slow)
    tasks = [asyncio.create_task(gathering.answer(1))]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(gathering.answer(number)) for number in (2, 3, -1, 2)]
    await asyncio.sleep(0)
    slow.may.set()
    assert [10, 20, 30, None, 20] == await asyncio.gather(*tasks)
    assert [[1], [2, 3, -1]] == slow.asked


async def test_a_question_that_cannot_be_asked_takes_no_answer_from_the_others() -> None:
    slow = Slow()
    slow.may.set()
    gathering = Gathering(slow)
    found = await asyncio.gather(*map(gathering.answer, (1, 13, 2)), return_exceptions=True)
    assert [10, 20] == [found[0], found[2]]
    assert isinstance(found[1], ValueError)


async def test_everybody_hears_that_nobody_answers_and_no_question_is_asked_again() -> None:
    slow = Slow()
    slow.may.set()
    slow.away = True
    gathering = Gathering(slow)
    found = await asyncio.gather(*map(gathering.answer, (1, 2)), return_exceptions=True)
    assert [Unavailable, Unavailable] == [type(error) for error in found]
    assert [[1, 2]] == slow.asked


async def test_who_stops_waiting_takes_no_answer_from_the_others() -> None:
    slow = Slow()
    gathering = Gathering(slow)
    leaving, staying = (asyncio.create_task(gathering.answer(1)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    slow.may.set()
    assert 10 == await staying


async def test_with_so_many_answers_hanging_the_next_question_waits_for_one_of_them() -> None:
    slow = Slow()
    gathering = Gathering(slow, at_once=2)
    tasks = []
    for number in range(4):
        tasks.append(asyncio.create_task(gathering.answer(number)))
        await asyncio.sleep(2 * PATIENCE_S)
    assert [[0], [1]] == slow.asked
    slow.may.set()
    assert [0, 10, 20, 30] == await asyncio.gather(*tasks)
    assert [[0], [1], [2, 3]] == slow.asked


async def test_an_answer_that_hangs_holds_up_nobody_for_long() -> None:
    asked: list[int] = []

    async def ask(numbers: Sequence[int]) -> dict[int, int]:
        asked.extend(numbers)
        if 0 in numbers:
            await asyncio.Event().wait()
        return {number: number for number in numbers}

    gathering = Gathering(ask)
    hanging = asyncio.create_task(gathering.answer(0))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(10):
        assert 1 == await gathering.answer(1)
    assert not hanging.done()
    await gathering.end()
    with pytest.raises(asyncio.CancelledError):
        await hanging
