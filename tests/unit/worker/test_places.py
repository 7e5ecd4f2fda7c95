"""Places at work: what nobody here can hasten takes none."""

import asyncio
from typing import Any, cast
from uuid import UUID

from solders.signature import Signature

from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.log.journal import Cursor
from buyqueue.log.record import Recorded
from buyqueue.metrics import Metrics
from streams.chain.flight import Flight, Outcome, Overdue
from streams.drivers import TaskDrivers
from streams.folding.live_buy import LiveBuy
from streams.folding.partition import PartitionFold
from streams.retrying import RetryRules
from streams.steps.parts import Parts
from tests.controls import events as e

PLACES = 2
NOBODY = cast("Any", None)


class Silence:
    """A chain without a word: every flight is overdue, and then nothing more is learned."""

    def __init__(self) -> None:
        self.undecided: set[str] = set()

    async def follow(self, flight: Flight) -> Outcome:
        if not flight.undecided:
            return Overdue()
        self.undecided.add(flight.signature)
        never: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        return await never


class Log:
    """Shows each event at once to the buy that it is of."""

    def __init__(self) -> None:
        self.buys: dict[str, LiveBuy] = {}

    def signed(self, number: int) -> LiveBuy:
        signature = str(Signature(bytes([number + 1] * 64)))
        buy = self.buys[signature] = LiveBuy(UUID(int=number), 0, 0)
        history: list[Event] = [e.requested(), e.quoted(), e.signed(signature=signature)]
        for offset, event in enumerate([*history, e.sent(signature=signature)]):
            buy.apply(Recorded(event, 0, offset))
        return buy

    async def append(self, event: Any) -> Cursor:
        buy = self.buys[event.signature]
        buy.apply(Recorded(event, 0, buy.cursor + 1))
        return Cursor(0, buy.cursor)


class NoVault:
    """Is asked nothing."""

    async def end(self) -> None:
        pass


def drivers(silence: Silence, log: Log) -> TaskDrivers:
    parts = Parts(
        clock=SystemClock(), writer="worker/1", nodes=NOBODY, board=NOBODY,
        landing=cast("Any", silence), outlasting=NOBODY, guard=NOBODY, signer=NOBODY,
        claims=cast("Any", NoVault()), router=NOBODY,
    )  # fmt: skip
    journal, vault = cast("Any", log), cast("Any", NoVault())
    return TaskDrivers(parts, journal, vault, RetryRules(3, 100), PLACES, Metrics())


async def test_buys_whose_outcome_is_unknown_leave_their_places_to_others() -> None:
    """With a node away for long nothing that has expired is proven, and all else goes on."""
    silence, log = Silence(), Log()
    working = drivers(silence, log)
    fold = PartitionFold(0, 0, working)
    signed = [log.signed(number) for number in range(PLACES + 1)]
    for buy in signed:
        working.start(buy, fold)
    async with asyncio.timeout(5):
        while silence.undecided != set(log.buys):
            await asyncio.sleep(0.01)
    await working.drain()
