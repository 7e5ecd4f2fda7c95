"""Reading what Jupiter answers: whatever it says, the buy is told no more than a refusal. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any, Final

from solders.solders import CompileError

from buyqueue.errors import Code, Refused
from buyqueue.events.envelope import U64_MAX

_GARBLED: Final = (
    ArithmeticError, AttributeError, CompileError, LookupError, TypeError, ValueError,
)  # fmt: skip
_MOST_BYTES: Final = 200
_MOST_IMPACT_BPS: Final = 10_000


def unsafe(why: str) -> Refused:
    """Make the error of an answer that is not what was asked for."""
    return Refused(Code.TRANSACTION_UNSAFE, f"Transaction refused before signing: Jupiter: {why}")


@contextmanager
def understood() -> Iterator[None]:
    """Turn what reading a garbled answer raises into Refused(TRANSACTION_UNSAFE).

    Compiling its instructions counts as reading them.
    """
    try:
        yield
    except _GARBLED as error:
        raise unsafe(f"the answer lacks or garbles {error}") from None


def u64(told: Any) -> int:
    """Read an amount or a height; raises what `understood` turns into a refusal if it is none."""
    number = int(told)
    if not 0 <= number <= U64_MAX:
        raise ValueError("a number that the chain could not count to")
    return number


def short_text(told: Any) -> str:
    """Read a name; raises as `u64` does if it is no text that the log takes."""
    text = str(told)
    if len(text.encode()) > _MOST_BYTES:
        raise ValueError("a name, which is too long")
    return text


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
