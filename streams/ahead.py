"""What a driver has handed to the log and has not read back yet, folded on top of what it has."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import SpanContext, get_current_span

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import State
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyQuoted, BuySent, PhaseAdvanced
from buyqueue.log.journal import Cursor
from streams.folding.live_buy import LiveBuy

MAY_RUN_AHEAD: Final = (PhaseAdvanced, BuyQuoted, BuySent)
"""Nothing irrevocable rests on these: the next step may begin while they are on their way.

NB: never a signature, nor the proof that one is dead. What is sent rests on the first and a new
attempt on the second, so both are read back.
"""


@dataclass(frozen=True, slots=True)
class _Pending:
    event: Event
    place: asyncio.Task[Cursor]
    step: SpanContext
    """The span of the step that made it."""


class Ahead:
    """Appends without waiting, in order, so that steps which follow at once share a round trip.

    The state is what the log will say if nobody else writes. It decides nothing: a signature that
    rests on an event which the log does not hold, or holds after a cancel, is ignored by the fold
    and never sent.
    """

    def __init__(
        self, buy: LiveBuy, append: Callable[[Event], Coroutine[Any, Any, Cursor]]
    ) -> None:
        self._buy = buy
        self._append = append
        self._pending: list[_Pending] = []
        self._first: _Pending | None = None
        """Of what ran ahead since the log was last waited for."""
        self._folded: tuple[int, State] | None = None
        """Up to which of the log's cursors, and the state."""

    @property
    def state(self) -> State:
        """The log's state as far as it was read, and on it what is on its way."""
        if self._folded and self._folded[0] == self._buy.cursor:
            return self._folded[1]
        self._pending = [one for one in self._pending if not self._read_back(one)]
        state = self._buy.state
        for one in self._pending:
            # Read before the broker's answer came, it is folded twice: the second is ignored.
            state = evolve(state, one.event).state
        self._folded = self._buy.cursor, state
        return state

    @property
    def step(self) -> SpanContext | None:
        """The span of the last step that is on its way to the log, where it is traced."""
        step = self._pending[-1].step if self._pending else None
        return step if step and step.is_valid else None

    def append(self, events: Iterable[Event]) -> None:
        """Hand events over, and answer at once."""
        for event in events:
            place = asyncio.create_task(self._append(event), name="ahead")
            place.add_done_callback(_seen)
            step = get_current_span().get_span_context()
            self._pending.append(_Pending(event, place, step))
            self._first = self._first or self._pending[-1]
        self._folded = None

    async def read_back(self, place: Cursor) -> None:
        """Wait until the log shows an event that does not run ahead; what follows begins anew."""
        await self._buy.read_back(place)
        self._first = None

    async def first_read_back(self) -> None:
        """Wait until the log shows the first event that ran ahead: so late it is by the log, too.

        Mostly it has long been read, while the steps after it ran. Raises Unavailable if an event
        is lost.
        """
        if first := self._first:
            await asyncio.wait({first.place})
            self.require_sound()
            await self._buy.read_back(first.place.result())

    def require_sound(self) -> None:
        """Return if nothing is known to be lost; else forget all of it, and raise Unavailable.

        What is in the log then, only the log says.
        """
        for one in self._pending:
            if one.place.done() and (error := one.place.exception()):
                self._pending.clear()
                self._first = self._folded = None
                raise error

    def _read_back(self, one: _Pending) -> bool:
        done = one.place.done() and not one.place.exception()
        return done and one.place.result().offset <= self._buy.cursor


def _seen(place: asyncio.Task[Cursor]) -> None:
    """Look at an error that nobody may ask for any more."""
    if not place.cancelled():
        place.exception()
