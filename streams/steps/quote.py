"""Phase 3: a venue's offer."""

from buyqueue.buy.state import Unsigned
from buyqueue.events.events import BuyQuoted
from streams.platforms.choice import choose
from streams.platforms.platform import Offer
from streams.steps.parts import Parts


async def quote(parts: Parts, state: Unsigned) -> tuple[BuyQuoted, Offer]:
    """Ask the venue; the offer's transaction stays in memory, only its figures are recorded."""
    course = state.course
    offer = await choose(parts.platforms, course.order.platform).offer(course.order)
    event = BuyQuoted(
        **parts.stamp(course.order).envelope(),
        attempt=course.attempt,
        platform=offer.platform,
        reason=offer.reason,
        lamports_in=offer.lamports_in,
        expected_out=offer.expected_out,
        minimum_out=offer.minimum_out,
        fees=offer.fees,
        price_impact_bps=offer.price_impact_bps,
        request_id=offer.request_id,
    )
    return event, offer
