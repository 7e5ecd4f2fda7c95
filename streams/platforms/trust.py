"""What of an untrusted offer is held against what was read before it. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused, Retryable
from buyqueue.platforms import AUTO
from streams.platforms.planning import Planned
from streams.platforms.platform import Figures
from streams.platforms.pricing import MAX_BPS, minimum_out

LEAST_SLACK_BPS: Final = 100
"""Fees that move do so a little between a read and a trial, whatever slippage the caller allows."""

ROUTER_BPS: Final = 100
"""What a router may take, or give less by because it looked a moment before or after us."""


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


def require_no_worse(order: Order, offered: Figures, own: Planned | None) -> None:
    """Return if somebody else's offer is not far below what a place that we see gives.

    Its minimum is else its own word alone. Allowed are the slippage, the place's fees and price
    impact once more, and what a router takes; raises Retryable(SLIPPAGE_EXCEEDED), since prices
    move. NB: where we see no place, there is nothing to hold it against.
    """
    if own is None:
        return
    plan = own.plan
    slack = order.slippage_bps + plan.venue_bps + (plan.price_impact_bps or 0) + ROUTER_BPS
    least = minimum_out(plan.out, min(slack, MAX_BPS))
    if offered.expected_out < least:
        raise Retryable(
            Code.SLIPPAGE_EXCEEDED,
            f"Slippage exceeded: {offered.platform} offers {offered.expected_out} base units, and "
            f"{own.here.candidate.venue} itself gives {plan.out}",
        )


@contextmanager
def reasoned(order: Order, why: str) -> Iterator[None]:
    """Add to Jupiter's Refused(NO_ROUTE) why it was asked, unless the caller named it."""
    try:
        yield
    except Refused as refused:
        if order.platform != AUTO or refused.code != Code.NO_ROUTE:
            raise
        raise Refused(refused.code, f"{refused.text}; {why}") from None
