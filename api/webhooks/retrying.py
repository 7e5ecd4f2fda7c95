"""When a delivery that failed is tried again, and when no more. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(hours=1)
"""Between two attempts, before jitter."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a receiver is treated."""

    timeout_s: float = 10.0
    """For one attempt, from the look-up of its host to the end of its answer."""
    first: timedelta = timedelta(seconds=5)
    """The wait after the first failure; doubled each time, up to an hour."""
    give_up: timedelta = timedelta(days=3)
    """So long without one delivery, from the first failure on, and the webhook is disabled."""

    @property
    def lease_s(self) -> float:
        """How long a replica may send without having been seen: three attempts."""
        return 3 * self.timeout_s


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is known of a receiver that does not take what it is sent."""

    failures: int
    """In a row."""
    since: datetime
    again_at: datetime
    disabled: str | None
    """Why nothing more is sent; None while there is a next attempt."""


def trouble(
    *,
    failures: int,
    since: datetime | None,
    now: datetime,
    error: str,
    gone: bool,
    asked_s: float | None,
    dice: float,
    terms: Terms,
) -> Trouble:
    """Answer what one more failure means, after `failures` in a row since then.

    `gone`: the receiver wants no more, and is disabled at once. `asked_s`: how long it asked to be
    left alone. `dice`, from 0 to 1, spreads what fails together: half of a wait is chance.
    """
    since = since or now
    disabled = None
    if gone:
        disabled = error
    elif now - since >= terms.give_up:
        disabled = f"nothing was taken since {since:%Y-%m-%d %H:%M} UTC; the last answer: {error}"
    wait = min(LONGEST, terms.first * 2 ** min(failures, 20))
    wait = wait * (0.5 + dice / 2)
    asked = timedelta(seconds=asked_s or 0)
    return Trouble(failures + 1, since, now + max(wait, min(LONGEST, asked)), disabled)
