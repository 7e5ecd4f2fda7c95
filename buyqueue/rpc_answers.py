"""What a node's answers have to look like, as far as they are read.

A node, or what stands before it, may answer anything with HTTP 200. Each answer is held against
its shape where it arrives, so that one that cannot be read is as good as none, and the next node
is asked. More fields than these are no fault.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

Commitment = Literal["processed", "confirmed", "finalized"]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, alias_generator=to_camel)


class _Context(_Shape):
    slot: int


class _Epoch(_Shape):
    block_height: int
    absolute_slot: int


class _Status(_Shape):
    slot: int
    confirmation_status: Commitment | None = None


class _Statuses(_Shape):
    context: _Context
    value: list[_Status | None]


class _Account(_Shape):
    owner: str
    lamports: int
    data: Annotated[list[str], Field(min_length=1)]


class _Accounts(_Shape):
    context: _Context
    value: list[_Account | None]


class _Fee(_Shape):
    value: int | None


class _Blockhash(_Shape):
    blockhash: str
    last_valid_block_height: int


class _LatestBlockhash(_Shape):
    value: _Blockhash


class _Price(_Shape):
    prioritization_fee: int


class _Named(_Shape):
    signature: str
    slot: int


class _Outcome(_Shape):
    err: Any
    accounts: list[_Account | None] | None
    units_consumed: int | None = None
    logs: list[str] | None = None


class _Simulated(_Shape):
    value: _Outcome


def _shape(kind: Any) -> Callable[[Any], object]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return lambda answer: adapter.validate_python(answer, strict=True)


_SHAPES: Final[Mapping[str, Callable[[Any], object]]] = {
    method: _shape(kind)
    for method, kind in {
        "getBlockHeight": int,
        "getEpochInfo": _Epoch,
        "getFeeForMessage": _Fee,
        "getFirstAvailableBlock": int,
        "getLatestBlockhash": _LatestBlockhash,
        "getMultipleAccounts": _Accounts,
        "getRecentPrioritizationFees": list[_Price],
        "getSignatureStatuses": _Statuses,
        "getSignaturesForAddress": list[_Named],
        "getSlot": int,
        # Null where the node does not know it; what else is in it, whoever reads it looks at.
        "getTransaction": dict[str, Any] | None,
        "sendTransaction": str,
        "simulateTransaction": _Simulated,
    }.items()
}
_ONE_EACH: Final = ("getMultipleAccounts", "getSignatureStatuses")
"""These answer a list as long as the one they are asked with."""


def readable(method: str, params: Sequence[Any], answer: Any) -> bool:
    """Tell whether an answer looks like one to this question; of other methods nothing is known."""
    shape = _SHAPES.get(method)
    if shape is None:
        return True
    try:
        shape(answer)
    except ValidationError:
        return False
    return method not in _ONE_EACH or len(answer["value"]) == len(params[0])
