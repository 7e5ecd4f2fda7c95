"""How often a buy is tried again, and when."""

import random
from dataclasses import dataclass
from typing import Final

LONGEST_WISH_S: Final = 60.0
"""The longest wait that a venue may wish for before the next attempt."""


@dataclass(frozen=True, slots=True)
class RetryRules:
    """How often a buy is tried, and how long it waits in between."""

    max_attempts: int
    backoff_ms: int
    order_age_ms: int = 600_000
    """An order that is older, by the log, is signed no more."""
    stalled_s: float = 120.0
    """So long no step takes that waits neither for the chain nor for its next attempt."""
    signature_wait_ms: int = 180_000
    """An order that is older, by the log, asks no wallet again that did not answer."""

    def delay_ms(self, attempt: int) -> int:
        """Answer the wait after a failed attempt: exponential, jittered to 50 to 150 %."""
        jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
        return round(self.backoff_ms * float(2 ** (attempt - 1)) * jitter)

    def longest_s(self, attempt: int) -> float:
        """Answer the longest wait before this attempt, a venue's own wish included."""
        return self.backoff_ms * 2.0 ** (attempt - 1) * 1.5 / 1000 + LONGEST_WISH_S
