"""A price that runs away before the signature is tried again, and says so in the end."""

from buyqueue.buy.evolve import fold
from buyqueue.buy.next_step import GiveUp, QuoteBuy, next_step
from buyqueue.errors import Code
from buyqueue.events.codec import Event
from tests.controls import events as e

ATTEMPTS = 3


def test_each_attempt_asks_for_a_fresh_quote_and_the_last_one_ends_as_slippage_exceeded() -> None:
    history: list[Event] = [e.requested(), e.advanced(1), e.advanced(2), e.advanced(3)]
    steps = []
    for attempt in range(1, ATTEMPTS + 1):
        steps.append(next_step(fold(history), ATTEMPTS))
        failed = e.attempt_failed(attempt).model_copy(
            update={"code": Code.SLIPPAGE_EXCEEDED.value, "error": "Slippage exceeded"}
        )
        history.append(failed)
    assert [QuoteBuy()] * ATTEMPTS == steps
    assert GiveUp("slippage_exceeded", "Slippage exceeded") == next_step(fold(history), ATTEMPTS)
