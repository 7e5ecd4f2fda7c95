"""The fold of a partition: every record once, and a replay that begins no later than it must."""

from buyqueue.buy.state import Stopping
from buyqueue.events.codec import Event
from buyqueue.log.record import Poison, Recorded
from streams.folding.live_buy import LiveBuy
from streams.folding.partition import PartitionFold
from tests.controls import events as e


class Notes:
    """Writes down what would be driven."""

    def __init__(self) -> None:
        self.started: list[LiveBuy] = []
        self.stopped: list[LiveBuy] = []

    def start(self, buy: LiveBuy, fold: PartitionFold) -> None:
        assert fold.buys[buy.job_id] is buy
        self.started.append(buy)

    def stop(self, buy: LiveBuy) -> None:
        self.stopped.append(buy)


def at(offset: int, event: Event) -> Recorded:
    return Recorded(event, 0, offset)


def test_nothing_is_driven_before_the_replay_is_done() -> None:
    notes = Notes()
    fold = PartitionFold(0, 0, notes)
    fold.apply(at(0, e.requested()))
    assert [] == notes.started
    fold.open_for_work()
    assert [e.JOB] == [buy.job_id for buy in notes.started]


def test_a_buy_that_comes_live_is_driven_once() -> None:
    notes = Notes()
    fold = PartitionFold(0, 0, notes)
    fold.open_for_work()
    events: list[Event] = [e.requested(), e.requested(), e.advanced(1)]
    for offset, event in enumerate(events):
        fold.apply(at(offset, event))
    assert 1 == len(notes.started)


def test_a_record_that_was_folded_before_changes_nothing() -> None:
    fold = PartitionFold(0, 0, Notes())
    fold.apply(at(5, e.requested()))
    fold.apply(at(5, e.cancelled()))
    fold.apply(at(4, e.cancelled()))
    assert 6 == fold.next_offset
    assert not isinstance(fold.buys[e.JOB].state, Stopping)


def test_events_of_a_buy_that_nobody_requested_open_none() -> None:
    fold = PartitionFold(0, 0, Notes())
    fold.apply(at(0, e.cancelled()))
    assert ({}, 1) == (fold.buys, fold.next_offset)


def test_the_low_water_mark_is_the_oldest_open_buy_or_the_end() -> None:
    fold = PartitionFold(0, 7, Notes())
    assert 7 == fold.low_water
    fold.apply(at(9, e.requested()))
    fold.apply(at(10, e.advanced(1)))
    assert 9 == fold.low_water
    fold.close_buy(fold.buys[e.JOB])
    assert 11 == fold.low_water


def test_poison_is_passed_over() -> None:
    fold = PartitionFold(0, 0, Notes())
    fold.apply(Poison(0, 3, None, b"?", "why"))
    assert 4 == fold.next_offset


def test_a_partition_that_is_lost_is_let_go_of() -> None:
    notes = Notes()
    fold = PartitionFold(0, 0, notes)
    fold.open_for_work()
    fold.apply(at(0, e.requested()))
    fold.drop()
    assert (1, {}, False) == (len(notes.stopped), fold.buys, fold.ready.is_set())
