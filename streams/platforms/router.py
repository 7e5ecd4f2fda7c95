"""From an order to an offer: one look at the chain, a choice, and a transaction."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from buyqueue.buy.state import Order
from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError, Code, Refused, Retryable
from buyqueue.logs import get_logger
from buyqueue.platforms import AUTO
from streams.chain.nodes import Nodes
from streams.chain.sizing import Failing
from streams.chain.snapshot import Snapshot, read_snapshot
from streams.chain.tips import NO_TIP, Tip
from streams.chain.transactions import Unsigned
from streams.platforms.choice import Elsewhere, Here, Wait, choose
from streams.platforms.desk import NOTHING, Built, Desk, wallet_addresses
from streams.platforms.failures import MovedOn, explain, raised
from streams.platforms.platform import Figures, Offer, Platform
from streams.platforms.quoted import Look, quoted, quoted_elsewhere
from streams.platforms.token_terms import token_terms
from streams.platforms.venue import Candidate, Charged, Plan, Target, Venue

log = get_logger(__name__)
ESTIMATE: Final = "an estimate: its fees move, and this wallet cannot pay for a trial"
LOOK_AGAIN_S: Final = 1.0
GARBLED: Final = (ArithmeticError, IndexError, ValueError, struct.error)
"""What reading an account or an event raises that is not laid out as it was known to be."""
UNPRICED: Final = frozenset({Code.NO_ROUTE, Code.PLATFORM_UNAVAILABLE})
"""What a venue says that was chosen by its standing, and then cannot price the order."""
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

    async def quote(self, order: Order) -> Figures:
        """Answer what `offer` would, without a transaction and without asking for a balance."""
        look = await self._look(order)
        choice = choose(look.found, order.platform, order.lamports)
        if isinstance(choice, Wait):
            raise Retryable(Code.NO_ROUTE, f"Platform unavailable: {choice.reason}")
        choice, plan = await self._planned(order, choice, look)
        if isinstance(choice, Elsewhere) or plan is None:
            return quoted_elsewhere(await self._jupiter.quote(order), choice.reason, look)
        if plan.expected_out is None:
            return await self._tried(order, choice, plan, look)
        return quoted(order, choice, plan, look, None, self._tip)

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

    async def _tried(self, order: Order, choice: Here, plan: Plan, look: Look) -> Figures:
        """Quote by simulation, or by the venue's estimate for a wallet that could not pay."""
        try:
            built = await self._build(order, plan, look)
        except Refused as refused:
            if refused.code != Code.INSUFFICIENT_BALANCE or plan.estimated_out is None:
                raise
            estimated = replace(plan, expected_out=look.terms.arriving(plan.estimated_out))
            honest = replace(choice, reason=f"{choice.reason}; {ESTIMATE}")
            return quoted(order, honest, estimated, look, None, self._tip)
        return quoted(order, choice, plan, look, built, self._tip)

    async def _offer(self, order: Order) -> Offer:
        look, choice = await self._settled(order)
        choice, plan = await self._planned(order, choice, look)
        if isinstance(choice, Elsewhere) or plan is None:
            offer = await self._from_jupiter(order)
            return replace(offer, figures=quoted_elsewhere(offer.figures, choice.reason, look))
        built = await self._build(order, plan, look)
        return Offer(
            figures=quoted(order, choice, plan, look, built, self._tip),
            transaction=built.transaction,
            last_valid_block_height=built.last_valid_block_height,
            rent_lamports=plan.rent_lamports,
            tip_lamports=self._tip.lamports,
        )

    async def _from_jupiter(self, order: Order) -> Offer:
        try:
            return await self._jupiter.offer(order)
        except Failing as failing:
            raise self.refusal(failing.error, failing.transaction) from None

    async def _settled(self, order: Order) -> tuple[Look, Here | Elsewhere]:
        """Look and choose, and look again while the token migrates."""
        give_up_at = self._clock.monotonic() + MOST_WAIT_S
        while True:
            look = await self._look(order)
            choice = choose(look.found, order.platform, order.lamports)
            if not isinstance(choice, Wait):
                return look, choice
            if self._clock.monotonic() >= give_up_at:
                raise Retryable(Code.NO_ROUTE, f"Platform unavailable: {choice.reason}")
            log.info("venue.migrating", job_id=str(order.job_id), why=choice.reason)
            await self._clock.sleep(LOOK_AGAIN_S)

    async def _look(self, order: Order) -> Look:
        target = Target(order.wallet, order.mint)
        venues = self._venues.values()
        keys = [key for venue in venues for key in venue.addresses(target)]
        wallet = wallet_addresses(order.wallet, order.mint)
        seen = await read_snapshot(self._nodes, [*wallet, *keys])
        terms = token_terms(seen, order.mint)
        found = (_candidate(venue, target, seen) for venue in venues)
        return Look(seen, terms, tuple(one for one in found if one))

    async def _planned(
        self, order: Order, choice: Here | Elsewhere, look: Look
    ) -> tuple[Here | Elsewhere, Plan | None]:
        """Plan at the chosen place; for `auto`, at the next one where that cannot price the order.

        Answers no plan for what Jupiter is to be asked for.
        """
        left = look.found
        while isinstance(choice, Here):
            try:
                return choice, await self._plan(order, choice, look)
            except Refused as refused:
                if order.platform != AUTO or refused.code not in UNPRICED:
                    raise
                passed = choice.candidate
                log.info("venue.passed_over", job_id=str(order.job_id), why=refused.text)
            left = tuple(one for one in left if one != passed)
            after = choose(left, order.platform, order.lamports)
            if isinstance(after, Wait):
                raise Retryable(Code.NO_ROUTE, f"Platform unavailable: {after.reason}")
            choice = replace(after, reason=f"{after.reason}; {passed.venue} cannot price it")
        return choice, None

    async def _plan(self, order: Order, choice: Here, look: Look) -> Plan:
        venue = self._venues[choice.candidate.venue]
        try:
            plan = await venue.plan(order, choice.candidate, look.seen, self._read)
        except GARBLED as error:
            log.exception("venue.unreadable", job_id=str(order.job_id), venue=venue.name)
            raise Refused(
                Code.PLATFORM_UNAVAILABLE,
                f"Platform unavailable: {venue.name} cannot price this order",
            ) from error
        if plan.expected_out is None:
            return plan
        arriving = look.terms.arriving(plan.expected_out)
        if arriving <= 0:
            raise Refused(Code.INVALID_AMOUNT, NOTHING)
        return replace(plan, expected_out=arriving)

    async def _build(self, order: Order, plan: Plan, look: Look) -> Built:
        try:
            return await self._desk.build(order, plan, look.seen, look.terms.program)
        except Failing as failing:
            raise self.refusal(failing.error, failing.transaction) from None

    async def _read(self, keys: Iterable[str]) -> Snapshot:
        return await read_snapshot(self._nodes, keys)


def _candidate(venue: Venue, target: Target, seen: Snapshot) -> Candidate | None:
    """Ask one venue; what it cannot read is no place, and hides no other."""
    try:
        return venue.candidate(target, seen)
    except GARBLED:
        log.exception("venue.unreadable", venue=venue.name, mint=target.mint)
        return None
