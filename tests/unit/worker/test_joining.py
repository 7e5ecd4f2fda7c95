"""When a worker joins: at once, unless others died young and one that works can have the buys."""

import asyncio
from typing import Any

import pytest

from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Unavailable
from buyqueue.settings import Settings
from streams.joining import wait_for_turn
from streams.lives import Company, wait_s

SETTINGS = Settings(_env_file=None)


@pytest.mark.parametrize(
    ("alive", "died_young", "seconds"),
    [(0, 0, 0), (3, 0, 0), (0, 9, 0), (1, 1, 8), (1, 2, 16), (2, 3, 32), (1, 4, 60), (1, 99, 60)],
)
def test_the_wait_is_longer_than_a_session_and_doubles_with_each_death(
    alive: int, died_young: int, seconds: float
) -> None:
    assert seconds == wait_s(Company(alive, died_young), session_s=6, longest_s=60)


def test_a_wait_of_zero_is_none() -> None:
    assert 0 == wait_s(Company(1, 5), session_s=6, longest_s=0)


class Ticking(SystemClock):
    """Sleeps in no time."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Told:
    """Tells of these companies, one a look, the last one for ever."""

    def __init__(self, *companies: Company | Unavailable) -> None:
        self._companies = list(companies)

    async def look(self) -> Company:
        told = self._companies.pop(0) if len(self._companies) > 1 else self._companies[0]
        if isinstance(told, Unavailable):
            raise told
        return told


async def waited(lives: Any, stopping: asyncio.Event) -> float:
    clock = Ticking()
    await wait_for_turn(lives, SETTINGS, clock, stopping)
    return clock.passed


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ([Company(1, 1)], 8),
        ([Company(1, 0)], 0),
        ([Company(1, 3), Company(1, 3), Company(0, 4)], 1),
        ([Unavailable(Code.DATABASE_UNAVAILABLE, "gone")], 0),
    ],
    ids=["its turn comes", "nobody died", "the last one that worked dies", "nobody can tell"],
)
async def test_a_worker_waits_while_another_one_works(told: list[Any], seconds: float) -> None:
    assert seconds == await waited(Told(*told), asyncio.Event())


async def test_a_worker_that_is_told_to_stop_waits_no_more() -> None:
    stopping = asyncio.Event()
    stopping.set()
    assert 0 == await waited(Told(Company(1, 9)), stopping)
