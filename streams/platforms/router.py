"""From an order to an offer: one look at the chain, a choice, and a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from buyqueue.buy.state import Order
from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Refused, Retryable
from buyqueue.logs import get_logger
from streams.chain.nodes import Nodes
from streams.chain.sizing import Failing
from streams.chain.snapshot import Snapshot, read_snapshot
from streams.chain.tips import NO_TIP, Tip
from streams.chain.transactions import Unsigned
from streams.platforms.choice import Elsewhere, Wait
from streams.platforms.desk import Built, Desk, wallet_addresses
from streams.platforms.failures import MovedOn, explain, raised
from streams.platforms.planning import GARBLED, Planned, Planner
from streams.platforms.platform import Figures, Offer, Platform
from streams.platforms.quoted import Look, quoted, quoted_elsewhere
from streams.platforms.token_terms import token_terms
from streams.platforms.trust import reasoned, require_as_read, require_no_worse
from streams.platforms.venue import Candidate, Charged, Target, Venue

log = get_logger(__name__)
ESTIMATE: Final = "an estimate: its fees move, and this wallet cannot pay for a trial"
LOOK_AGAIN_S: Final = 1.0
MOST_WAIT_S: Final = 60.0
"""How long a migration is waited for within an attempt; it takes seconds."""


class Router:
    """Chooses a venue by what the chain shows; whatever none of them trades goes to Jupiter."""

    def __init__(
        self,
        nodes: Nodes,
        venues: Sequence[Venue],
        jupiter: Platform,
        clock: Clock,
        tip: Tip = NO_TIP,
    ) -> None:
        self._nodes = nodes
        self._venues = {venue.name: venue for venue in venues}
        self._jupiter = jupiter
        self._clock = clock
        self._tip = tip
        self._desk = Desk(nodes, tip)
        self._planner = Planner(self._venues, self._read)

    async def quote(self, order: Order) -> Figures:
        """Answer what `offer` would, without a transaction and without asking for a balance."""
        look = await self._look(order)
        chosen = await self._planner.planned(order, look)
        if isinstance(chosen, Wait):
            raise Retryable(Code.NO_ROUTE, f"Platform unavailable: {chosen.reason}")
        if isinstance(chosen, Elsewhere):
            return await self._quoted_elsewhere(order, chosen, look)
        if chosen.plan.expected_out is None:
            return await self._tried(order, chosen, look)
        return quoted(order, chosen.here, chosen.plan, look, None, self._tip)

    async def offer(self, order: Order) -> Offer:
        """Answer an offer and its transaction.

        Raises Refused if the token is none or restricted, the named venue does not trade it, or
        the chain would fail it for good; Retryable if nodes do not answer or the price ran away.
        """
        try:
            return await self._offer(order)
        except MovedOn as error:
            log.info("venue.moved_on", job_id=str(order.job_id), why=error.text)
            return await self._offer(order)

    def refusal(self, error: Any, transaction: Unsigned) -> BuyQueueError:
        """Turn a failed simulation into what the buy is told."""
        explained = explain(self._venues.values(), error, transaction)
        if explained:
            return raised(explained)
        return Refused(
            Code.TRANSACTION_FAILED, f"Transaction failed: the chain refuses it: {error}"
        )

    def charged(self, platform: str, transaction: Any, order: Order) -> Charged:
        """Answer what the venue itself took of a landed buy; nothing where that cannot be read.

        NB: the buy has landed: a program's new event layout must not keep that from the log.
        """
        venue = self._venues.get(platform)
        try:
            return venue.charged(transaction, order.wallet, order.mint) if venue else Charged()
        except GARBLED:
            log.exception("venue.fees_unreadable", job_id=str(order.job_id), venue=platform)
            return Charged()

    async def _tried(self, order: Order, chosen: Planned, look: Look) -> Figures:
        """Quote by simulation, or by the venue's estimate for a wallet that could not pay."""
        here, plan = chosen.here, chosen.plan
        try:
            built = await self._build(order, chosen, look)
        except Refused as refused:
            if refused.code != Code.INSUFFICIENT_BALANCE or plan.estimated_out is None:
                raise
            estimated = replace(plan, expected_out=plan.estimated_out)
            honest = replace(here, reason=f"{here.reason}; {ESTIMATE}")
            return quoted(order, honest, estimated, look, None, self._tip)
        return quoted(order, here, plan, look, built, self._tip)

    async def _offer(self, order: Order) -> Offer:
        look, chosen = await self._settled(order)
        if isinstance(chosen, Elsewhere):
            return await self._offered_elsewhere(order, chosen, look)
        built = await self._build(order, chosen, look)
        return Offer(
            figures=quoted(order, chosen.here, chosen.plan, look, built, self._tip),
            transaction=built.transaction,
            last_valid_block_height=built.last_valid_block_height,
            rent_lamports=chosen.plan.rent_lamports,
            tip_lamports=self._tip.lamports,
        )

    async def _quoted_elsewhere(self, order: Order, why: Elsewhere, look: Look) -> Figures:
        with reasoned(order, why.reason):
            figures = await self._jupiter.quote(order)
        require_no_worse(order, figures, await self._planner.yardstick(order, look))
        return quoted_elsewhere(figures, why.reason, look)

    async def _offered_elsewhere(self, order: Order, why: Elsewhere, look: Look) -> Offer:
        try:
            with reasoned(order, why.reason):
                offer = await self._jupiter.offer(order)
        except Failing as failing:
            raise self.refusal(failing.error, failing.transaction) from None
        require_no_worse(order, offer.figures, await self._planner.yardstick(order, look))
        return replace(offer, figures=quoted_elsewhere(offer.figures, why.reason, look))

    async def _settled(self, order: Order) -> tuple[Look, Planned | Elsewhere]:
        """Look and choose, and look again while the token migrates."""
        give_up_at = self._clock.monotonic() + MOST_WAIT_S
        while True:
            look = await self._look(order)
            chosen = await self._planner.planned(order, look)
            if not isinstance(chosen, Wait):
                return look, chosen
            if self._clock.monotonic() >= give_up_at:
                raise Retryable(Code.NO_ROUTE, f"Platform unavailable: {chosen.reason}")
            log.info("venue.migrating", job_id=str(order.job_id), why=chosen.reason)
            await self._clock.sleep(LOOK_AGAIN_S)

    async def _look(self, order: Order) -> Look:
        target = Target(order.wallet, order.mint)
        venues = self._venues.values()
        keys = [key for venue in venues for key in venue.addresses(target)]
        wallet = wallet_addresses(order.wallet, order.mint)
        seen = await read_snapshot(self._nodes, [*wallet, *keys])
        terms = token_terms(seen, order.mint)
        found = (one for venue in venues for one in _candidates(venue, target, seen))
        return Look(seen, terms, tuple(found))

    async def _build(self, order: Order, chosen: Planned, look: Look) -> Built:
        try:
            built = await self._desk.build(order, chosen.plan, look.seen, look.terms.program)
        except Failing as failing:
            raise self.refusal(failing.error, failing.transaction) from None
        require_as_read(order, chosen, built.expected_out)
        return built

    async def _read(self, keys: Iterable[str]) -> Snapshot:
        return await read_snapshot(self._nodes, keys)


def _candidates(venue: Venue, target: Target, seen: Snapshot) -> Sequence[Candidate]:
    """Ask one venue; what it cannot read is no place, and hides no other."""
    try:
        return venue.candidates(target, seen)
    except GARBLED:
        log.exception("venue.unreadable", venue=venue.name, mint=target.mint)
        return ()
