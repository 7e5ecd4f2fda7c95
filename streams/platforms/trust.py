"""What of an untrusted offer is held against what was read before it. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused, Retryable
from buyqueue.platforms import AUTO
from streams.platforms.planning import Planned
from streams.platforms.pricing import minimum_out

LEAST_SLACK_BPS: Final = 100
"""Fees that move do so a little between a read and a trial, whatever slippage the caller allows."""


def require_as_read(order: Order, chosen: Planned, tried_out: int) -> None:
    """Return if a trial gave what the read before it promised; base units.

    A fee that follows volatility is judged by the read, and whoever opened the pool can raise it
    just then: the trial would set the minimum by it. Raises Retryable(SLIPPAGE_EXCEEDED).
    """
    if order.platform != AUTO or chosen.here.candidate.is_launch:
        return
    least = minimum_out(chosen.plan.out, max(order.slippage_bps, LEAST_SLACK_BPS))
    if tried_out < least:
        raise Retryable(
            Code.SLIPPAGE_EXCEEDED,
            f"Slippage exceeded: the trial gave {tried_out} base units, and by its pool as it was "
            f"read {chosen.plan.out} were to be had",
        )


@contextmanager
def reasoned(why: str) -> Iterator[None]:
    """Add why Jupiter was asked at all to its Refused(NO_ROUTE)."""
    try:
        yield
    except Refused as refused:
        if refused.code != Code.NO_ROUTE:
            raise
        raise Refused(refused.code, f"{refused.text}; {why}") from None
