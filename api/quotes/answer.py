"""A quote as the route answers it. Pure."""

from buyqueue.amounts import BPS_PER_PERCENT, lamports_to_sol
from buyqueue.buy.state import Order
from buyqueue.contract.quote import QuotedFees, QuoteView, SeenVenue
from streams.platforms.platform import Figures


def quote_view(order: Order, figures: Figures) -> QuoteView:
    """Answer the public shape of a quote."""
    fees = figures.fees
    impact = figures.price_impact_bps
    return QuoteView(
        token_address=order.mint,
        buy_amount=lamports_to_sol(order.lamports),
        lamports=str(order.lamports),
        slippage=order.slippage_bps / BPS_PER_PERCENT,
        platform=figures.platform,
        reason=figures.reason,
        expected_out=str(figures.expected_out),
        minimum_out=str(figures.minimum_out),
        price_impact=None if impact is None else impact / BPS_PER_PERCENT,
        fees=QuotedFees(
            network_lamports=str(fees.network),
            priority_lamports=str(fees.priority),
            rent_lamports=str(fees.rent),
            tip_lamports=str(fees.tip),
            venue_percent=fees.venue_bps / BPS_PER_PERCENT,
        ),
        candidates=tuple(
            SeenVenue(
                platform=one.platform,
                pool=one.pool,
                standing=one.standing,
                depth_lamports=str(one.depth_lamports),
                reason=one.reason,
            )
            for one in figures.candidates
        ),
    )
