"""The figures that a quote reports, and every place that was looked at for it. Pure."""

from dataclasses import dataclass, replace

from buyqueue.buy.state import Order
from buyqueue.events.values import Fees, VenueSeen
from streams.chain.fill import LAMPORTS_PER_SIGNATURE
from streams.chain.snapshot import Snapshot
from streams.chain.tips import Tip
from streams.platforms.choice import Here
from streams.platforms.desk import Built
from streams.platforms.platform import Figures
from streams.platforms.pricing import minimum_out
from streams.platforms.token_terms import TokenTerms
from streams.platforms.venue import Candidate, Plan


@dataclass(frozen=True, slots=True)
class Look:
    """What one read showed."""

    seen: Snapshot
    terms: TokenTerms
    found: tuple[Candidate, ...]


def quoted(
    order: Order, choice: Here, plan: Plan, look: Look, built: Built | None, tip: Tip
) -> Figures:
    """Answer the figures of a plan; of what was built and tried out, those of the trial."""
    expected = built.expected_out if built else plan.expected_out or 0
    return Figures(
        platform=choice.candidate.venue,
        reason="; ".join(filter(None, (choice.reason, look.terms.note))),
        lamports_in=order.lamports if plan.lamports_in is None else plan.lamports_in,
        expected_out=expected,
        minimum_out=minimum_out(expected, order.slippage_bps),
        fees=Fees(
            network=LAMPORTS_PER_SIGNATURE,
            priority=built.priority_lamports if built else order.priority_fee_lamports,
            rent=built.rent_lamports if built else plan.rent_lamports,
            tip=tip.lamports,
            venue_bps=plan.venue_bps,
        ),
        price_impact_bps=plan.price_impact_bps,
        candidates=_seen(look, choice.candidate),
    )


def quoted_elsewhere(figures: Figures, why: str, look: Look) -> Figures:
    """Answer Jupiter's figures, with why Jupiter was asked."""
    reason = f"{figures.reason}; {why}"
    return replace(figures, reason=reason, candidates=_seen(look, None))


def _seen(look: Look, chosen: Candidate | None) -> tuple[VenueSeen, ...]:
    ordered = sorted(look.found, key=lambda one: one != chosen)
    return tuple(
        VenueSeen(
            platform=one.venue,
            pool=one.pool,
            standing=one.standing.value,
            depth_lamports=one.depth_lamports,
            reason=one.reason,
        )
        for one in ordered
    )
