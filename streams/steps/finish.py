"""Ends that need no effect: stopped, given up, refused, or an attempt to be made again."""

from datetime import timedelta

from buyqueue.buy.next_step import GiveUp
from buyqueue.buy.state import Stopping, Unsigned
from buyqueue.errors import BuyQueueError
from buyqueue.events.codec import Event
from buyqueue.events.events import AttemptFailed, BuyFailed, BuyStopped
from streams.steps.parts import Parts


def stop(parts: Parts, state: Stopping) -> Event:
    """Record that the buy is stopped."""
    course = state.course
    return BuyStopped(
        **parts.stamp(course.order).envelope(),
        attempt=course.attempt,
        duration_ms=parts.age_ms(course.order),
    )


def give_up(parts: Parts, state: Unsigned, step: GiveUp) -> Event:
    """Record why nothing more is tried."""
    return _failed(parts, state, step.code, step.error)


def refused(parts: Parts, state: Unsigned, error: BuyQueueError) -> Event:
    """Record that the chain or a venue said no."""
    return _failed(parts, state, error.code, error.text)


def attempt_failed(parts: Parts, state: Unsigned, error: BuyQueueError, delay_ms: int) -> Event:
    """Record that this attempt ended unsigned; the next begins after the delay."""
    order = state.course.order
    return AttemptFailed(
        **parts.stamp(order).envelope(),
        attempt=state.course.attempt,
        code=error.code,
        error=error.text[:2_000],
        retry_at=parts.clock.now() + timedelta(milliseconds=delay_ms),
    )


def _failed(parts: Parts, state: Unsigned, code: str, error: str) -> Event:
    order = state.course.order
    return BuyFailed(
        **parts.stamp(order).envelope(),
        attempt=state.course.attempt,
        code=code,
        error=error[:2_000],
        duration_ms=parts.age_ms(order),
    )
