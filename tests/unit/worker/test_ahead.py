"""What runs ahead of the log: in order, never irrevocable, and given up when it is lost."""

import asyncio

import pytest

from buyqueue.buy.state import Preparing, Quoted, Stopping
from buyqueue.errors import Code, Unavailable
from buyqueue.events.codec import Event
from buyqueue.log.journal import Cursor
from buyqueue.log.record import Recorded
from streams.ahead import MAY_RUN_AHEAD, Ahead
from streams.folding.live_buy import LiveBuy
from tests.controls import events as e

LOST = Unavailable(Code.LOG_UNAVAILABLE, "Kafka did not acknowledge")


class Broker:
    """Takes appends, and answers each when it is told to."""

    def __init__(self) -> None:
        self.taken: list[Event] = []
        self.answers: list[asyncio.Future[Cursor]] = []

    async def append(self, event: Event) -> Cursor:
        self.taken.append(event)
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]


def asked() -> LiveBuy:
    buy = LiveBuy(e.JOB, 0, 0)
    buy.apply(Recorded(e.requested(), 0, 0))
    return buy


async def turn() -> None:
    """Let every task go on that can."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_steps_go_on_before_the_log_shows_what_is_on_its_way() -> None:
    broker, buy = Broker(), asked()
    ahead = Ahead(buy, broker.append)
    events: list[Event] = [e.advanced(1), e.advanced(2), e.advanced(3), e.quoted(1)]
    ahead.append(events)
    await turn()
    assert events == broker.taken
    assert isinstance(ahead.state, Quoted)
    assert isinstance(buy.state, Preparing)


async def test_what_is_read_before_the_broker_has_answered_counts_once() -> None:
    broker, buy = Broker(), asked()
    ahead = Ahead(buy, broker.append)
    ahead.append([e.advanced(1)])
    await turn()
    buy.apply(Recorded(e.advanced(1), 0, 1))
    assert buy.state == ahead.state
    broker.answers[0].set_result(Cursor(0, 1))
    await turn()
    assert buy.state == ahead.state


async def test_a_cancel_that_the_log_has_first_wins() -> None:
    broker, buy = Broker(), asked()
    ahead = Ahead(buy, broker.append)
    ahead.append([e.advanced(1), e.quoted(1)])
    buy.apply(Recorded(e.cancelled(), 0, 1))
    assert isinstance(ahead.state, Stopping)


async def test_a_loss_is_raised_once_and_leaves_only_what_was_read() -> None:
    broker, buy = Broker(), asked()
    ahead = Ahead(buy, broker.append)
    ahead.append([e.advanced(1), e.advanced(2)])
    await turn()
    ahead.require_sound()
    broker.answers[0].set_exception(LOST)
    await turn()
    with pytest.raises(Unavailable):
        ahead.require_sound()
    assert buy.state == ahead.state
    ahead.require_sound()


async def test_the_first_that_ran_ahead_is_waited_for_and_no_other() -> None:
    broker, buy = Broker(), asked()
    ahead = Ahead(buy, broker.append)
    ahead.append([e.advanced(1)])
    ahead.append([e.quoted(1)])
    await turn()
    waiting = asyncio.create_task(ahead.first_read_back())
    broker.answers[0].set_result(Cursor(0, 1))
    await turn()
    assert not waiting.done()
    buy.apply(Recorded(e.advanced(1), 0, 1))
    await turn()
    assert waiting.done()
    await ahead.first_read_back()


async def test_after_an_event_that_was_waited_for_the_next_one_is_the_first() -> None:
    broker, buy = Broker(), asked()
    ahead = Ahead(buy, broker.append)
    ahead.append([e.advanced(1)])
    await turn()
    broker.answers[0].set_result(Cursor(0, 1))
    buy.apply(Recorded(e.advanced(1), 0, 1))
    await ahead.read_back(Cursor(0, 1))
    ahead.append([e.advanced(2)])
    await turn()
    waiting = asyncio.create_task(ahead.first_read_back())
    await turn()
    assert not waiting.done()
    broker.answers[1].set_exception(LOST)
    with pytest.raises(Unavailable):
        await waiting
    await ahead.first_read_back()


def test_neither_a_signature_nor_a_proof_nor_an_end_runs_ahead() -> None:
    assert {"PhaseAdvanced", "BuyQuoted", "BuySent"} == {one.__name__ for one in MAY_RUN_AHEAD}
