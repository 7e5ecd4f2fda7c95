"""An order as the state of a buy holds it."""

from typing import Any

from buyqueue.buy.state import Order
from tests.controls.events import JOB, MINT, MOMENT
from tests.vault.shop import USER


def order_of(wallet: str, **other: Any) -> Order:
    fields: dict[str, Any] = {
        "job_id": JOB, "user_id": USER, "mint": MINT, "lamports": 1, "slippage_bps": 300,
        "priority_fee_lamports": 0, "platform": "auto", "wallet": wallet, "requested_at": MOMENT,
    }  # fmt: skip
    return Order(**(fields | other))
