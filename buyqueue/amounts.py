"""Amounts: exact decimals at the edge, integers inside, and the way back."""

from decimal import Decimal
from typing import Final

LAMPORTS_PER_SOL: Final = 10**9
BPS_PER_PERCENT: Final = 100
MAX_SHIFT: Final = 64
"""A larger power of ten is past every amount there is, and costs time to compute."""


def sol_to_lamports(sol: Decimal) -> int | None:
    """Convert SOL to lamports; None if the amount has a part smaller than one lamport."""
    return _shifted(sol, 9)


def percent_to_bps(percent: Decimal) -> int | None:
    """Convert percent to basis points; None if it has a part smaller than one of them."""
    return _shifted(percent, 2)


def _shifted(value: Decimal, places: int) -> int | None:
    """Move the point to the right, exactly: a context would round to 28 digits."""
    if not value.is_finite():
        return None
    sign, digits, exponent = value.as_tuple()
    shift = int(exponent) + places
    number = int("".join(map(str, digits)))
    if shift >= 0:
        whole = number * 10**shift if shift <= MAX_SHIFT else None
    elif number == 0:
        whole = 0
    else:
        whole, rest = divmod(number, 10**-shift) if -shift <= len(digits) else (0, 1)
        whole = None if rest else whole
    return -whole if whole and sign else whole


def lamports_to_sol(lamports: int) -> float:
    """Convert for a JSON number: exact up to a million SOL, and the integer stands beside it."""
    return lamports / 10**9  # of two integers, so it is rounded once


def sol_text(lamports: int) -> str:
    """Write lamports as SOL without an exponent or needless zeros: `0.1`."""
    text = f"{Decimal(lamports).scaleb(-9):.9f}".rstrip("0")
    return text + "0" if text.endswith(".") else text
