"""What a worker folds that begins at a mark, where the whole log says that the buy has ended.

So its own fold is no leave to send: the ticket is (`streams.steps.land`).
"""

from collections.abc import Sequence

from buyqueue.buy.evolve import fold
from buyqueue.buy.next_step import LandBuy, next_step
from buyqueue.buy.state import Completed, Signed
from buyqueue.events.codec import Event
from buyqueue.log.record import Recorded
from streams.folding.live_buy import LiveBuy
from streams.folding.partition import PartitionFold
from tests.controls import events as e

ZOMBIES = (e.quoted(1, e.QUOTES[1]), e.signed(1, e.SIGNATURES[1], e.QUOTES[1]))
"""What a worker quoted and signed that was held up before the log had either."""
SIGNED: Sequence[Event] = (e.requested(), e.advanced(1), e.quoted(), e.signed())
ENDED: Sequence[Event] = (e.sent(), e.completed(), e.finalized())


class Nobody:
    """Drives nothing."""

    def start(self, buy: LiveBuy, fold: PartitionFold) -> None: ...

    def stop(self, buy: LiveBuy) -> None: ...


def folded(log: Sequence[Event], mark: int) -> PartitionFold:
    partition = PartitionFold(0, mark, Nobody())
    for offset, event in enumerate(log):
        partition.apply(Recorded(event, 0, offset))
    return partition


def test_a_request_that_comes_again_after_the_end_can_be_followed_by_a_zombies_signature() -> None:
    log = [*SIGNED, *ENDED, e.requested(), *ZOMBIES]
    seen = folded(log, len(SIGNED) + len(ENDED)).buys[e.JOB].state
    assert isinstance(fold(log), Completed)
    assert isinstance(seen, Signed)
    assert (e.SIGNATURES[1], False, LandBuy()) == (seen.signature, seen.sent, next_step(seen, 3))


def test_so_it_can_where_the_mark_lies_between_a_request_and_its_repeat() -> None:
    log = [*SIGNED, e.requested(), *ZOMBIES, *ENDED]
    seen = folded(log, len(SIGNED)).buys[e.JOB].state
    assert isinstance(fold(log), Completed)
    assert isinstance(seen, Signed)
    assert (e.SIGNATURES[1], False, LandBuy()) == (seen.signature, seen.sent, next_step(seen, 3))
