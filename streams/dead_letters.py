"""Records of the log that cannot be read: kept aside with the reason, up to a limit."""

from collections import deque
from collections.abc import Callable

from buyqueue.clock import Clock
from buyqueue.log.journal import Journal
from buyqueue.log.record import Poison
from buyqueue.log.topic import BUYS
from buyqueue.logs import get_logger

log = get_logger(__name__)
WINDOW_S = 60.0


class TooManyDeadLetters(Exception):
    """So much is unreadable that draining the topic would hide a fault upstream."""


class DeadLetters:
    """Copies poison to `buys.dead-letter`.

    NB: the same record is copied again when it is read again, after a restart or a rebalance;
    its partition and offset stand in the headers.
    """

    def __init__(
        self, journal: Journal, clock: Clock, limit: int, counted: Callable[[], None]
    ) -> None:
        self._counted = counted
        self._journal = journal
        self._clock = clock
        self._limit = limit
        self._times: deque[float] = deque()

    async def bury(self, poison: Poison) -> None:
        """Copy a record; raises TooManyDeadLetters past the limit within a minute."""
        now = self._clock.monotonic()
        self._times.append(now)
        while self._times[0] < now - WINDOW_S:
            self._times.popleft()
        if len(self._times) > self._limit:
            raise TooManyDeadLetters(f"{len(self._times)} unreadable records in a minute")
        log.error(
            "record.unreadable",
            partition=poison.partition,
            offset=poison.offset,
            reason=poison.reason,
        )
        headers = [
            ("reason", poison.reason.encode()),
            ("topic", BUYS.encode()),
            ("partition", str(poison.partition).encode()),
            ("offset", str(poison.offset).encode()),
        ]
        await self._journal.bury(poison.key, poison.value, headers)
        self._counted()
