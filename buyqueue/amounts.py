"""Amounts: exact decimals at the edge, integers inside, and the way back."""

from decimal import Decimal
from typing import Final

LAMPORTS_PER_SOL: Final = 10**9
BPS_PER_PERCENT: Final = 100


def sol_to_lamports(sol: Decimal) -> int | None:
    """Convert SOL to lamports; None if the amount has a part smaller than one lamport."""
    lamports = sol.scaleb(9)
    return int(lamports) if lamports == lamports.to_integral_value() else None


def percent_to_bps(percent: Decimal) -> int | None:
    """Convert percent to basis points; None if it has a part smaller than one of them."""
    bps = percent.scaleb(2)
    return int(bps) if bps == bps.to_integral_value() else None


def lamports_to_sol(lamports: int) -> float:
    """Convert for a JSON number: exact up to a million SOL, and the integer stands beside it."""
    return float(Decimal(lamports).scaleb(-9))


def sol_text(lamports: int) -> str:
    """Write lamports as SOL without an exponent or needless zeros: `0.1`."""
    text = f"{Decimal(lamports).scaleb(-9):.9f}".rstrip("0")
    return text + "0" if text.endswith(".") else text
