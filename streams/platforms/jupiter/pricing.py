"""The integers of a Jupiter order. Pure."""

from decimal import Decimal, InvalidOperation
from typing import Any

MAX_BPS = 10_000


def minimum_out(expected_out: int, slippage_bps: int) -> int:
    """Answer the least that the caller's slippage allows, rounded down; base units."""
    return expected_out * (MAX_BPS - slippage_bps) // MAX_BPS


def price_impact_bps(order: dict[str, Any]) -> int | None:
    """Read `priceImpact`, in percentage points and negative when the price gets worse."""
    raw = order.get("priceImpact")
    if raw is None:
        return None
    try:
        return round(abs(Decimal(str(raw))) * 100)
    except InvalidOperation:
        return None
