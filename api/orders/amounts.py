"""Reading the numbers of an order into lamports and basis points. Pure and exact."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from buyqueue.amounts import percent_to_bps, sol_text, sol_to_lamports
from buyqueue.errors import Code, InvalidInput
from buyqueue.events.envelope import U64_MAX

DEFAULT_SLIPPAGE_BPS: Final = 300
DEFAULT_PRIORITY_FEE: Final = 2_000_000
"""Lamports: the original's 0.002 SOL."""
AUTO: Final = "auto"
"""As a priority fee: let the chain's last blocks say."""
SOL_DECIMALS: Final = 9
PERCENT_DECIMALS: Final = 2


def buy_amount(value: Any, max_lamports: int) -> int:
    """Read `buyAmount`, in SOL, into lamports: above 0, at most 9 decimals, at most the maximum.

    Raises InvalidInput(INVALID_AMOUNT), also for a number that is written as a string.
    """
    lamports = _lamports(value, Code.INVALID_AMOUNT, "buyAmount", min(max_lamports, U64_MAX))
    if lamports == 0:
        raise InvalidInput(
            Code.INVALID_AMOUNT, "buyAmount must be more than 0 SOL", field="buyAmount"
        )
    return lamports


def slippage(value: Any) -> int:
    """Read `slippage`, in percent, into basis points: above 0, at most 100, 2 decimals.

    Left out it is 3 %. Raises InvalidInput(INVALID_SLIPPAGE).
    """
    if value is None:
        return DEFAULT_SLIPPAGE_BPS
    code, field = Code.INVALID_SLIPPAGE, "slippage"
    percent = _finite(value, code, field, "percent")
    if not 0 < percent <= 100:
        raise InvalidInput(
            code, "slippage must be more than 0 and at most 100 percent", field=field
        )
    if _decimals(percent) > PERCENT_DECIMALS:
        raise InvalidInput(
            code, f"slippage must have at most {PERCENT_DECIMALS} decimals", field=field
        )
    return percent_to_bps(percent) or 0


def priority_fee(value: Any, amount: int, field: str = "priorityFee") -> int:
    """Read `priorityFee`, in SOL, into lamports: at least 0, at most 9 decimals.

    A fee above the amount is refused with InvalidInput(INVALID_PRIORITY_FEE): it is a slip of the
    keyboard, not a wish. Left out it is 0.002 SOL, or the amount where that is less; the answer
    then says so.
    """
    if value is None:
        return min(DEFAULT_PRIORITY_FEE, amount)
    code = Code.INVALID_PRIORITY_FEE
    lamports = _lamports(value, code, field, U64_MAX)
    if lamports > amount:
        raise InvalidInput(
            code,
            f"{field} is {sol_text(lamports)} SOL, more than the {sol_text(amount)} SOL of the "
            "buy itself; lower it",
            field=field,
        )
    return lamports


def priority(body: Mapping[str, Any], amount: int) -> dict[str, Any]:
    """Read `priorityFee` and `maxPriorityFee` into the fields of an order.

    `"auto"` pays what it takes, up to `maxPriorityFee`, which alone it may stand beside. Raises
    InvalidInput(INVALID_PRIORITY_FEE).
    """
    fee, most = body.get("priorityFee"), body.get("maxPriorityFee")
    if fee == AUTO:
        lamports = priority_fee(most, amount, "maxPriorityFee")
        return {"priority_fee_lamports": lamports, "priority": AUTO}
    if most is not None:
        raise InvalidInput(
            Code.INVALID_PRIORITY_FEE,
            'maxPriorityFee goes with "priorityFee": "auto" only; leave it out',
            field="maxPriorityFee",
        )
    return {"priority_fee_lamports": priority_fee(fee, amount)}


def fee_is_limited(lamports: int, fee: int) -> bool:
    """Tell whether the amount itself kept the fee below the default one."""
    return fee == lamports < DEFAULT_PRIORITY_FEE


def _lamports(value: Any, code: Code, field: str, maximum: int) -> int:
    sol = _finite(value, code, field, "SOL")
    if sol < 0:
        raise InvalidInput(code, f"{field} must not be negative", field=field)
    # Compared before it is converted: 1e400 as an integer would be a long one.
    if sol.is_zero():
        return 0
    if sol > Decimal(maximum).scaleb(-SOL_DECIMALS):
        raise InvalidInput(code, f"{field} must be at most {sol_text(maximum)} SOL", field=field)
    if _decimals(sol) > SOL_DECIMALS:
        raise InvalidInput(
            code,
            f"{field} must have at most {SOL_DECIMALS} decimals: a lamport is the smallest unit",
            field=field,
        )
    return sol_to_lamports(sol) or 0


def _finite(value: Any, code: Code, field: str, unit: str) -> Decimal:
    if isinstance(value, str):
        raise InvalidInput(
            code,
            f"{field} must be a number in {unit}, not a string: leave out the quotes",
            field=field,
        )
    if not isinstance(value, Decimal) or not value.is_finite():
        raise InvalidInput(code, f"{field} must be a plain, finite number in {unit}", field=field)
    return value


def _decimals(number: Decimal) -> int:
    # NB: not `normalize`, which rounds to the context's 28 digits and would hide the 29th.
    _, digits, exponent = number.as_tuple()
    written = "".join(map(str, digits))
    zeros = len(written) - len(written.rstrip("0"))
    return max(0, -(int(exponent) + zeros))
