"""Appending goes on after an outage that broke the producer's sequence."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import OutOfOrderSequenceNumber

from buyqueue.clock import SystemClock
from buyqueue.errors import Unavailable
from buyqueue.log.journal import Cursor, Journal
from tests.controls import events as e


class Producer:
    """Acknowledges, or refuses everything for ever as a broker does after a lost batch."""

    def __init__(self, *, broken: bool) -> None:
        self._broken = broken
        self.stopped = 0

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped += 1

    async def partitions_for(self, _topic: str) -> set[int]:
        return {0}

    async def send_and_wait(self, *_: object, **__: object) -> Cursor:
        if self._broken:
            raise OutOfOrderSequenceNumber
        return Cursor(0, 7)


class TwoProducers(Journal):
    """The first producer is broken, the next one is well."""

    def _new_producer(self) -> Any:
        first = not hasattr(self, "made")
        self.made = [*getattr(self, "made", []), Producer(broken=first)]
        return self.made[-1]


async def test_a_broken_sequence_is_left_behind_with_its_producer() -> None:
    journal = TwoProducers("nowhere:1", client_id="test", timeout_ms=1_000)
    await journal.start()
    with pytest.raises(Unavailable):
        await journal.append(e.requested())
    assert Cursor(0, 7) == await journal.append(e.requested())
    await SystemClock().sleep(0)
    assert [1, 0] == [producer.stopped for producer in journal.made]


class Dropping(Producer):
    """Drops what it holds, as a producer that is stopped does: its future is cancelled."""

    async def send_and_wait(self, *_: object, **__: object) -> Cursor:
        raise asyncio.CancelledError


class Replaced(Journal):
    def _new_producer(self) -> Any:
        return Dropping(broken=False)


async def test_an_append_that_its_producer_drops_is_no_cancel_of_the_caller() -> None:
    """Else the task that appends would end without a word."""
    journal = Replaced("nowhere:1", client_id="test", timeout_ms=1_000)
    await journal.start()
    with pytest.raises(Unavailable):
        await journal.append(e.requested())
