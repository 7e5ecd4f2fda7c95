"""The integers of a Jupiter order. Pure."""

from decimal import Decimal, InvalidOperation
from typing import Any


def price_impact_bps(order: dict[str, Any]) -> int | None:
    """Read `priceImpact`, in percentage points and negative when the price gets worse."""
    raw = order.get("priceImpact")
    if raw is None:
        return None
    try:
        return round(abs(Decimal(str(raw))) * 100)
    except InvalidOperation:
        return None
