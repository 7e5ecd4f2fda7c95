"""Taking up partitions: what stays is caught up, and never folded anew."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from buyqueue.clock import SystemClock
from buyqueue.log.record import Recorded
from streams.folding import assignment as assignments
from streams.folding.assignment import Assignment
from tests.controls import events as e
from tests.unit.worker.readers import (
    HeldMarks,
    HeldReader,
    NoMarks,
    OneOfTwo,
    SlowReader,
    StalledMarks,
    settled,
    slow,
    slow_marks,
    until,
)
from tests.unit.worker.test_partition import Notes


async def test_a_partition_that_is_folded_on_during_its_catch_up_is_not_folded_again() -> None:
    """A live record overtakes the answer about the end: that is no log that was lost."""
    log = [Recorded(e.requested(), 0, 0), Recorded(e.advanced(1), 0, 1)]
    happens: list[Callable[[], None]] = []
    reader = SlowReader(log, happens)
    marks: Any = NoMarks()
    assignment = Assignment(partial(slow, reader), marks, Notes(), SystemClock())
    assignment.change([0])
    await settled(assignment)
    fold = assignment.folds[0]
    assert 2 == fold.next_offset

    happens.append(lambda: fold.apply(Recorded(e.advanced(2), 0, 2)))
    assignment.change([0])
    await settled(assignment)
    assert 3 == fold.next_offset
    assert [0, 3] == reader.started


async def test_a_replay_that_fails_in_a_way_that_nobody_has_foreseen_is_begun_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A partition that never is replayed would hold up all others."""
    monkeypatch.setattr(assignments, "RETRY_S", 0.0)
    reader = SlowReader([Recorded(e.requested(), 0, 0)], [])
    marks: Any = StalledMarks()
    assignment = Assignment(partial(slow, reader), marks, Notes(), SystemClock())
    assignment.change([0])
    await settled(assignment)
    assert assignment.folds[0].ready.is_set()
    assert 1 == assignment.folds[0].next_offset


async def test_while_the_group_decides_anew_a_worker_reads_on_by_itself() -> None:
    """Else no buy could read back what it appends, for as long as a dead member is waited for."""
    log = [Recorded(e.requested(), 0, 0)]
    reader = SlowReader(log, [])
    marks: Any = NoMarks()
    assignment = Assignment(partial(slow, reader), marks, Notes(), SystemClock())
    assignment.change([0])
    await settled(assignment)

    assignment.bridge()
    log.append(Recorded(e.advanced(1), 0, 1))
    async with asyncio.timeout(5):
        while assignment.folds[0].next_offset < 2:
            await asyncio.sleep(0)

    assignment.change([0])
    await settled(assignment)
    log.append(Recorded(e.advanced(2), 0, 2))
    await asyncio.sleep(0.01)
    assert 2 == assignment.folds[0].next_offset


async def test_what_was_read_for_an_old_fold_does_not_reach_the_new_one() -> None:
    """A partition that goes and comes back within one fetch keeps its open buys, and its mark."""
    jobs = [SystemClock().new_id() for _ in range(3)]
    log = [
        Recorded(e.requested().model_copy(update={"job_id": job}), 0, offset)
        for offset, job in enumerate(jobs[:2])
    ]
    reader, marks = HeldReader(log, []), HeldMarks()
    assignment = Assignment(partial(slow, reader), slow_marks(marks), Notes(), SystemClock())
    assignment.change([0])
    await settled(assignment)
    assert jobs[:2] == list(assignment.folds[0].buys)

    reader.free.clear()
    assignment.bridge()
    await until(lambda: reader.held)
    marks.free.clear()
    assignment.change([])
    assignment.change([0])
    log.append(Recorded(e.requested().model_copy(update={"job_id": jobs[2]}), 0, 2))
    reader.free.set()
    await until(lambda: not reader.held)
    marks.free.set()
    await settled(assignment)
    assert jobs == list(assignment.folds[0].buys)
    await assignment.save_marks()
    assert {0: 0} == marks.saved


async def with_one_of_two(log: list[Recorded], marks: HeldMarks) -> Assignment:
    """Have the first of two partitions, whose log this is, taken up."""
    reader = OneOfTwo(log, [])
    assignment = Assignment(partial(slow, reader), slow_marks(marks), Notes(), SystemClock())
    assignment.change([0])
    await settled(assignment)
    return assignment


async def test_what_stays_is_read_on_while_a_new_partition_waits_for_postgres() -> None:
    """Till then the agent waits, too: signed transactions could not be read back, nor sent."""
    log = [Recorded(e.requested(), 0, 0)]
    marks = HeldMarks()
    assignment = await with_one_of_two(log, marks)

    assignment.bridge()
    marks.free.clear()
    assignment.change([0, 1])
    log.append(Recorded(e.advanced(1), 0, 1))
    await until(lambda: assignment.folds[0].next_offset == 2)
    assert not assignment.folds[1].ready.is_set()

    marks.free.set()
    await settled(assignment)
    assert assignment.folds[1].ready.is_set()
    log.append(Recorded(e.advanced(2), 0, 2))
    await asyncio.sleep(0.01)
    assert 2 == assignment.folds[0].next_offset


async def test_a_replay_that_ends_while_the_group_decides_anew_leaves_it_to_the_next() -> None:
    log = [Recorded(e.requested(), 0, 0)]
    marks = HeldMarks()
    assignment = await with_one_of_two(log, marks)
    marks.free.clear()
    assignment.change([0, 1])
    assignment.bridge()
    marks.free.set()
    await until(assignment.folds[1].ready.is_set)
    log.append(Recorded(e.advanced(1), 0, 1))
    await until(lambda: assignment.folds[0].next_offset == 2)
    assignment.change([0, 1])
    await settled(assignment)
