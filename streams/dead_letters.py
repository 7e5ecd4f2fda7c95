"""Records of the log that cannot be read: kept aside with the reason, up to a limit."""

from collections import deque
from collections.abc import Callable
from typing import Final

from buyqueue.clock import Clock
from buyqueue.log.journal import Journal
from buyqueue.log.record import Poison
from buyqueue.log.topic import BUYS
from buyqueue.logs import get_logger

log = get_logger(__name__)
WINDOW_S = 60.0
MOST_BYTES: Final = 1_000_000
"""Of key and value; a record takes 1 MiB (`max.message.bytes`), with the headers of a letter."""
MOST_OF_KEY: Final = 10_000
"""If both are too large."""


class TooManyDeadLetters(Exception):
    """So much is unreadable that draining the topic would hide a fault upstream."""


class DeadLetters:
    """Copies poison to `buys.dead-letter`.

    NB: the same record is copied again when it is read again, after a restart or a rebalance;
    its partition and offset stand in the headers. Of one that is too large to be copied with them
    only the beginning is, and `whole` says how many bytes key and value had.
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
        key, value = poison.key, poison.value
        if (whole := len(key or b"") + len(value or b"")) > MOST_BYTES:
            # Else it could be kept nowhere, and would end every worker that reads it.
            headers.append(("whole", str(whole).encode()))
            key = key and key[: max(MOST_OF_KEY, MOST_BYTES - len(value or b""))]
            value = value and value[: MOST_BYTES - len(key or b"")]
        await self._journal.bury(key, value, headers)
        self._counted()
