"""From a body to the order that a quote is for. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.orders import amounts, fields
from api.orders.base58 import base58_bytes
from api.orders.token_address import token_address
from api.web.strict_json import shown
from buyqueue.buy.state import Order
from buyqueue.errors import Code, InvalidInput
from buyqueue.mints import SYSTEM_PROGRAM

REQUIRED: Final = ("tokenAddress", "buyAmount")
OPTIONAL: Final = ("slippage", "priorityFee", "maxPriorityFee", "platform", "wallet")
NOBODY: Final = SYSTEM_PROGRAM
"""Who asks when no wallet is named: an address that owns no token account."""


def question_of(
    body: Mapping[str, Any], *, max_lamports: int, asked_id: UUID, asked_at: datetime
) -> Order:
    """Read what to quote; raises InvalidInput naming the field, what is wrong and what to do."""
    _check_names(body)
    lamports = amounts.buy_amount(body["buyAmount"], max_lamports)
    return Order(
        job_id=asked_id,
        user_id="",
        mint=token_address(body["tokenAddress"]),
        lamports=lamports,
        slippage_bps=amounts.slippage(body.get("slippage")),
        **amounts.priority(body, lamports),
        platform=fields.platform(body.get("platform")),
        wallet=_wallet(body.get("wallet")),
        requested_at=asked_at,
    )


def _check_names(body: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if body.get(name) is None:
            raise InvalidInput(
                Code.INVALID_REQUEST, f"The field {name} is missing; it is required", field=name
            )
    known = {*REQUIRED, *OPTIONAL}
    for name in body:
        if name not in known:
            # NB: a key that was sent by mistake must not come back in an error.
            raise InvalidInput(
                Code.INVALID_REQUEST,
                f"Unknown field: {shown(name)}. A quote knows {', '.join(sorted(known))}",
                field=shown(name),
            )


def _wallet(value: Any) -> str:
    if value is None:
        return NOBODY
    raw = base58_bytes(value) if isinstance(value, str) and len(value) <= 64 else None
    if raw is None or len(raw) != 32:
        raise InvalidInput(
            Code.INVALID_REQUEST,
            "wallet must be an address, 32 bytes in base 58; never a key",
            field="wallet",
        )
    return str(value)
