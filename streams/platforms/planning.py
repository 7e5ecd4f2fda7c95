"""Pricing an order at every place that is believed, and taking the one that gives most."""

import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from buyqueue.buy.state import Order
from buyqueue.errors import Code, Refused
from buyqueue.logs import get_logger
from buyqueue.platforms import AUTO
from streams.chain.snapshot import Snapshot
from streams.platforms.choice import Among, Elsewhere, Here, Wait, choose, telling, too_dear
from streams.platforms.desk import NOTHING
from streams.platforms.quoted import Look
from streams.platforms.venue import Candidate, Plan, Venue

log = get_logger(__name__)
GARBLED: Final = (ArithmeticError, IndexError, ValueError, struct.error)
"""What reading an account or an event raises that is not laid out as it was known to be."""
UNPRICED: Final = frozenset({Code.NO_ROUTE, Code.PLATFORM_UNAVAILABLE})
"""What a venue says that was chosen by its standing, and then cannot price the order."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Where an order is bought, and how."""

    here: Here
    plan: Plan


class Planner:
    """Plans; it reads the chain only where a venue's plan does."""

    def __init__(
        self, venues: Mapping[str, Venue], read: Callable[[Iterable[str]], Awaitable[Snapshot]]
    ) -> None:
        self._venues = venues
        self._read = read

    async def planned(self, order: Order, look: Look) -> Planned | Elsewhere | Wait:
        """Plan where most comes out, net of all fees but rent, of the places that `choose` names.

        For `auto`, what cannot price the order or is too dear is passed over. Raises Refused as
        `choose` and a venue's plan do.
        """
        left, notes = look.found, list[str]()
        choice = choose(left, order.platform, order.lamports)
        while isinstance(choice, Among):
            plans, passed = await self._plans(order, choice.candidates, look)
            notes += passed
            if plans:
                return _best(choice, plans, notes)
            left = tuple(one for one in left if one not in choice.candidates)
            choice = choose(left, order.platform, order.lamports)
        return replace(choice, reason="; ".join((choice.reason, *notes)))

    async def yardstick(self, order: Order, look: Look) -> Planned | None:
        """Plan at the best place whose price tells something, whatever the order names.

        None if nothing was seen that tells: what somebody else offers cannot be judged then.
        """
        among = Among(telling(look.found))
        try:
            plans, _ = await self._plans(replace(order, platform=AUTO), among.candidates, look)
        except Refused:
            return None
        return _best(among, plans) if plans else None

    async def _plans(
        self, order: Order, candidates: Sequence[Candidate], look: Look
    ) -> tuple[list[tuple[Candidate, Plan]], list[str]]:
        """Answer the plans that hold, and of every other place why it was passed over.

        Raises Refused if there is none, and one of them speaks for the token or the caller.
        """
        plans, notes, final = list[tuple[Candidate, Plan]](), list[str](), list[Refused]()
        for one in candidates:
            try:
                plan = await self._plan(order, one, look)
            except Refused as refused:
                if order.platform != AUTO or _is_final(one, refused):
                    final.append(refused)
                note, why = f"{one.venue} cannot price it", refused.text
            else:
                if order.platform != AUTO or not too_dear(one, plan.venue_bps):
                    plans.append((one, plan))
                    continue
                note = why = f"a pool of {one.venue} takes {plan.venue_bps} bps"
            log.info("venue.passed_over", job_id=str(order.job_id), pool=one.pool, why=why)
            notes.append(note)
        if final and not plans:
            raise final[0]
        return plans, notes

    async def _plan(self, order: Order, candidate: Candidate, look: Look) -> Plan:
        """Plan at one place, less what the token itself keeps of a transfer."""
        venue = self._venues[candidate.venue]
        try:
            plan = await venue.plan(order, candidate, look.seen, self._read)
        except GARBLED as error:
            log.exception("venue.unreadable", job_id=str(order.job_id), venue=venue.name)
            raise Refused(
                Code.PLATFORM_UNAVAILABLE,
                f"Platform unavailable: {venue.name} cannot price this order",
            ) from error
        if plan.expected_out is None:
            told = plan.estimated_out
            return plan if told is None else replace(plan, estimated_out=look.terms.arriving(told))
        arriving = look.terms.arriving(plan.expected_out)
        if arriving <= 0:
            raise Refused(Code.INVALID_AMOUNT, NOTHING)
        return replace(plan, expected_out=arriving)


def _is_final(candidate: Candidate, refused: Refused) -> bool:
    """Tell whether a refusal is about the token or its launch, not about a pool of anybody's."""
    launch = candidate.is_launch and refused.code not in UNPRICED
    return launch or refused.code == Code.TOKEN_RESTRICTED


def _best(
    among: Among, plans: Sequence[tuple[Candidate, Plan]], notes: Sequence[str] = ()
) -> Planned:
    """Take the plan that gives most; of equals, the deepest."""
    candidate, plan = max(plans, key=lambda one: one[1].out)
    many = f"it gives the most of {len(plans)} pools" if len(plans) > 1 else ""
    parts = (among.reason, many, candidate.reason, *notes)
    return Planned(Here(candidate, "; ".join(filter(None, parts))), plan)
