"""Reading what Jupiter answers: whatever it says, the buy is told no more than a refusal. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any, Final

from buyqueue.errors import Code, Refused

_GARBLED: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_MOST_IMPACT_BPS: Final = 10_000


def unsafe(why: str) -> Refused:
    """Make the error of an answer that is not what was asked for."""
    return Refused(Code.TRANSACTION_UNSAFE, f"Transaction refused before signing: Jupiter: {why}")


@contextmanager
def understood() -> Iterator[None]:
    """Turn what reading a garbled answer raises into Refused(TRANSACTION_UNSAFE)."""
    try:
        yield
    except _GARBLED as error:
        raise unsafe(f"the answer lacks or garbles {error}") from None


def price_impact_bps(told: Any, bps_each: int) -> int | None:
    """Read a price impact, negative when the price gets worse; None if it cannot be one.

    `priceImpact` of an order counts percentage points, 100 bps each; `priceImpactPct` of a build
    is a ratio despite its name, 10,000 bps each.
    """
    try:
        impact = abs(Decimal(str(told))) * bps_each
    except (InvalidOperation, Overflow):
        return None
    if not impact.is_finite() or impact > _MOST_IMPACT_BPS:
        return None
    return round(impact)
