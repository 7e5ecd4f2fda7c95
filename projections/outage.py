"""What it looks like when Kafka is away, and how long to wait for it or for Postgres."""

from typing import Final

from aiokafka.errors import KafkaError

from buyqueue.clock import Clock

LOG_ERRORS: Final = (KafkaError, OSError)


class Backoff:
    """Doubling waits, from the first to the longest, until something succeeds. In seconds.

    The longest is short: whoever reads waits for it once Postgres or Kafka is back, and one try
    costs them little.
    """

    def __init__(self, clock: Clock, *, first: float = 0.25, longest: float = 2.0) -> None:
        self._clock = clock
        self._first = first
        self._longest = longest
        self._next = first
        self.waiting = False
        """Whether the last thing that was tried failed."""

    async def wait(self) -> None:
        """Wait, longer than the last time."""
        self.waiting = True
        seconds, self._next = self._next, min(self._longest, self._next * 2)
        await self._clock.sleep(seconds)

    def reset(self) -> None:
        """Begin anew: it worked."""
        self._next = self._first
        self.waiting = False
