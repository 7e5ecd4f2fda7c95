"""Phase 3: a venue's offer."""

from buyqueue.buy.state import Unsigned
from buyqueue.events.events import BuyQuoted
from streams.platforms.platform import Offer
from streams.steps.parts import Parts


async def quote(parts: Parts, state: Unsigned) -> tuple[BuyQuoted, Offer]:
    """Ask the router; the offer's transaction stays in memory, only its figures are recorded."""
    course = state.course
    offer = await parts.router.offer(course.order)
    figures = offer.figures
    event = BuyQuoted(
        **parts.stamp(course.order).envelope(),
        attempt=course.attempt,
        platform=figures.platform,
        reason=figures.reason,
        lamports_in=figures.lamports_in,
        expected_out=figures.expected_out,
        minimum_out=figures.minimum_out,
        fees=figures.fees,
        price_impact_bps=figures.price_impact_bps,
        request_id=figures.request_id,
        candidates=figures.candidates,
    )
    return event, offer
