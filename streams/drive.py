"""Driving one buy: look at its state, run the one step that is due, append, read back, again."""

import asyncio
from typing import Any
from uuid import UUID

from buyqueue.buy.decide import Record, advance, decide
from buyqueue.buy.evolve import evolve
from buyqueue.buy.next_step import (
    AdvancePhase,
    AwaitSignature,
    FinalizeBuy,
    GiveUp,
    LandBuy,
    PrepareWallet,
    QuoteBuy,
    RecordSignature,
    RequestSignature,
    SignBuy,
    Step,
    StopBuy,
    next_step,
)
from buyqueue.buy.state import (
    Absent,
    Awaiting,
    Completed,
    Course,
    Preparing,
    Quoted,
    Signed,
    State,
    Stopping,
)
from buyqueue.errors import Refused, Retryable
from buyqueue.events.codec import Event
from buyqueue.log.journal import Journal
from buyqueue.logs import get_logger
from streams.ahead import MAY_RUN_AHEAD, Ahead
from streams.claims import Taken
from streams.folding.live_buy import LiveBuy
from streams.platforms.platform import Offer
from streams.retrying import LONGEST_WISH_S, RetryRules
from streams.steps.ask import await_signature, record_signature, request_signature
from streams.steps.finish import attempt_failed, give_up, refused, stop
from streams.steps.land import finalize, land
from streams.steps.parts import Parts
from streams.steps.prepare import prepare
from streams.steps.quote import quote
from streams.steps.sign import sign
from streams.tracing import step_span

log = get_logger(__name__)
OUTRUN_PAUSE_S = 0.5


def course_of(state: State) -> Course:
    """Answer what is true of a requested buy; a driver never has another one."""
    if isinstance(state, Absent):
        raise TypeError("a buy that was never requested has no course")
    return state.course


class Driver:
    """Runs the steps of one buy until nothing is due but its finalization."""

    def __init__(self, buy: LiveBuy, parts: Parts, journal: Journal, rules: RetryRules) -> None:
        self._buy = buy
        self._parts = parts
        self._journal = journal
        self._ahead = Ahead(buy, journal.append)
        self._rules = rules
        self._offer: tuple[UUID, Offer] | None = None
        self._taken = 0
        self._began = parts.clock.monotonic()

    def due(self) -> Step | None:
        """Answer the step that the state asks for, with what is on its way to the log."""
        too_old = self._buy.older_than(self._rules.order_age_ms)
        waited = self._buy.older_than(self._rules.signature_wait_ms)
        state = self._ahead.state
        return next_step(state, self._rules.max_attempts, too_old=too_old, waited=waited)

    def stalled(self) -> bool:
        """Tell whether a step that waits for nobody has taken longer than it ever should."""
        state = self._ahead.state
        if isinstance(self.due(), AwaitSignature | LandBuy | FinalizeBuy):
            return False  # these wait for the chain, and ask it with timeouts of their own
        failure = state.course.failure if isinstance(state, Preparing) else None
        if failure and failure.retry_at > self._parts.clock.now():
            return False
        return self._parts.clock.monotonic() - self._began > self._rules.stalled_s

    async def advance(self) -> None:
        """Run the step that is due, and return once the log shows what came of it.

        Of what nothing irrevocable rests on it returns at once, and the log may show it later.
        Raises Unavailable if Kafka does not take it: what is in the log then, only the log says.
        """
        self._ahead.require_sound()
        step = self.due()
        if step is None:
            return
        self._began = self._parts.clock.monotonic()
        if isinstance(step, SignBuy | RequestSignature):
            # How old the order is, the log tells; nobody may have read so far for long.
            await self._ahead.first_read_back()
            if self.due() != step:
                return
        with step_span(self._parts.spans, self._buy, step, self._ahead.step):
            await self._take(step)

    async def _take(self, step: Step) -> None:
        if isinstance(step, AdvancePhase):
            decided = self._phases(step)
        else:
            event = await self._interruptible(step)
            if event is None:
                return
            state = self._ahead.state
            stamp = self._parts.stamp(course_of(state).order)
            decided = decide(state, Record(event), stamp)
        if not decided:
            log.warning("step.outrun", job_id=str(self._buy.job_id), step=type(step).__name__)
            await self._parts.clock.sleep(OUTRUN_PAUSE_S)
            return
        if all(isinstance(event, MAY_RUN_AHEAD) for event in decided):
            self._ahead.append(decided)
            return
        # Handed over in this order, after what runs ahead, and acknowledged together.
        places = await asyncio.gather(*map(self._journal.append, decided))
        await self._ahead.read_back(places[-1])

    def _phases(self, step: Step | None) -> list[Event]:
        """Answer the phases that are due with no work in between: they share a round trip."""
        state, found = self._ahead.state, list[Event]()
        while isinstance(step, AdvancePhase):
            stamp = self._parts.stamp(course_of(state).order)
            new = decide(state, Record(advance(stamp, step.phase)), stamp)
            if not new:
                break
            found += new
            state = evolve(state, new[-1]).state
            step = next_step(state, self._rules.max_attempts)
        return found

    async def _interruptible(self, step: Step) -> Event | None:
        """Run a step; give it up, with no event, when the log makes another one due."""
        running = asyncio.create_task(self._settle(step), name=type(step).__name__)
        try:
            while self.due() == step:
                waits: set[asyncio.Future[Any]] = {running, self._buy.move()}
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if running.done():
                    return running.result()
            return None
        finally:
            running.cancel()

    async def _settle(self, step: Step) -> Event | None:
        """Run a step and turn what it raises into what the log should say."""
        state = self._ahead.state
        try:
            return await self._run(step, state)
        except Refused as error:
            if not isinstance(state, Preparing | Quoted):
                raise
            return refused(self._parts, state, error)
        except Retryable as error:
            if not isinstance(state, Preparing | Quoted):
                raise
            wish = min(error.after_ms or 0, round(LONGEST_WISH_S * 1000))
            delay = max(self._rules.delay_ms(state.course.attempt), wish)
            return attempt_failed(self._parts, state, error, delay)

    async def _run(self, step: Step, state: State) -> Event | None:
        parts = self._parts
        match step, state:
            case GiveUp(), Preparing() | Quoted():
                return give_up(parts, state, step)
            case PrepareWallet(), Preparing():
                await self._wait_for_retry(state)
                return await prepare(parts, state)
            case QuoteBuy(), Preparing():
                await self._wait_for_retry(state)
                return await self._quote(state)
            case SignBuy() | RequestSignature(), Quoted():
                return await self._bind(step, state)
            case AwaitSignature(), Awaiting():
                return await await_signature(parts, state)
            case RecordSignature(), Awaiting():
                return await record_signature(parts, state)
            case LandBuy(), Signed():
                return await land(parts, state)
            case StopBuy(), Stopping():
                return stop(parts, state)
            case FinalizeBuy(), Completed():
                return await finalize(parts, state)
        raise AssertionError(f"{step} does not fit {state}")

    async def _quote(self, state: Preparing | Quoted) -> Event:
        event, offer = await quote(self._parts, state)
        self._offer = (event.event_id, offer)
        return event

    async def _bind(self, step: SignBuy | RequestSignature, state: Quoted) -> Event:
        """Sign the offer or ask for its signature; quote anew where it is gone or another's."""
        bind = sign if isinstance(step, SignBuy) else request_signature
        try:
            if offer := self._offer_of(state):
                return await bind(self._parts, state, offer)
        except Taken:
            # No failure of this order: it costs no attempt, and a newer blockhash is soon there.
            self._taken = min(self._taken + 1, 3)
            log.info("message.taken", job_id=str(self._buy.job_id))
            await self._parts.clock.sleep(self._rules.delay_ms(self._taken) / 1000)
        return await self._quote(state)

    def _offer_of(self, state: Quoted) -> Offer | None:
        """Answer the accepted offer; None if its transaction went with another process."""
        known = self._offer
        return known[1] if known and known[0] == state.quote.event_id else None

    async def _wait_for_retry(self, state: Preparing) -> None:
        if state.course.failure:
            left = (state.course.failure.retry_at - self._parts.clock.now()).total_seconds()
            # A clock that was set back must not make it wait longer than it could have been told.
            longest = self._rules.longest_s(state.course.attempt)
            await self._parts.clock.sleep(min(max(0.0, left), longest))
            self._began = self._parts.clock.monotonic()  # the wait was no work
