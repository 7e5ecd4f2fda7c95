"""The public shapes: what REST answers and sockets carry.

The original's fields keep their names and types; what is new stands beside them. SOL amounts are
JSON numbers in SOL, as in the original; the exact integer is beside each as a string of digits.
Times are unix ms as numbers, or RFC 3339 where the original has a string; durations are ms.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

JobStatus = Literal["queued", "active", "completed", "failed", "cancelled"]
ProgressStatus = Literal["started", "in_progress", "completed", "failed"]


class Shape(BaseModel):
    """A public JSON object: camelCase, absent rather than null where a field is optional."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    def json_object(self) -> dict[str, Any]:
        """Answer the object as JSON-ready Python."""
        return self.model_dump(by_alias=True, mode="json", exclude_none=True)

    def json_text(self) -> str:
        """Answer the same as JSON."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class ProgressDetails(Shape):
    """What is happening within a phase; every field is optional."""

    current_operation: str | None = None
    estimated_time_remaining: int | None = None
    """In ms."""
    error: str | None = None
    transaction_signature: str | None = None
    platform: str | None = None
    actual_sol_spent: str | None = None
    """A string in progress and a number in the result, as in the original."""
    attempt: int | None = None
    code: str | None = None
    sign_request_id: str | None = None
    """Set while the user's own wallet is asked to sign, by the request of this id."""


class ExternalBuyProgress(Shape):
    """The payload of `external_buy_progress`, and `data.progress` of the status route."""

    job_id: str
    token_address: str
    user_id: str
    phase: int
    total_phases: int
    phase_title: str
    phase_description: str
    progress: int
    """Percent."""
    status: ProgressStatus
    buy_amount: float
    details: ProgressDetails = ProgressDetails()
    outcome_unknown: bool = False
    partition: int | None = None
    cursor: int | None = None


class FeeReport(Shape):
    """Where a landed buy's lamports went, each a string of digits, by the transaction itself.

    lamportsSpent = price + network + priority + rent + tip - rentReturned.
    """

    price: str
    """What the tokens themselves cost; `protocol`, `creator` and `lp` are within it."""
    network: str
    priority: str
    rent: str
    rent_returned: str
    tip: str
    protocol: str
    creator: str
    lp: str


class ExternalBuyResult(Shape):
    """The payload of `external_buy_result`, and `data.result` of the status route."""

    job_id: str
    success: bool
    buy_amount: float
    actual_sol_spent: float
    transaction_signature: str
    """Empty if no transaction of this buy is on the chain."""
    platform: str
    """Empty if the buy ended before a venue was chosen."""
    error: str | None = None
    completed_at: int
    """Unix time in ms."""
    duration: int
    """From the request to the end, in ms."""
    token_address: str
    user_id: str
    status: JobStatus
    code: str | None = None
    lamports_spent: str
    tokens_received: str
    """Base units of the token."""
    token_decimals: int | None = None
    slot: int | None = None
    fees: FeeReport | None = None
    """Of a completed buy."""
    partition: int | None = None
    cursor: int | None = None


class JobCreated(Shape):
    """The payload of `external_buy_job_created`, and `data` of the start route's answer."""

    user_id: str
    token_address: str
    buy_amount: float
    status: JobStatus = "queued"
    created_at: str
    """RFC 3339, ms, UTC."""
    job_id: str | None = None
    partition: int | None = None
    cursor: int | None = None


class ExternalBuySignRequest(Shape):
    """The payload of `external_buy_sign_request`: the user's own wallet is asked to sign."""

    job_id: str
    user_id: str
    request_id: str
    """Each attempt asks anew; an answer to an older request is refused."""
    wallet: str
    """The address that pays and signs."""
    token_address: str
    buy_amount: float
    """SOL."""
    lamports: str
    transaction: str
    """Base64, with an empty first signature: to be signed as it is."""
    last_valid_block_height: int
    """What is signed can land up to this block height, about a minute from now."""
    platform: str
    expected_out: str
    """Base units of the token; `minimumOut` alike, the least that the transaction accepts."""
    minimum_out: str
    attempt: int
    partition: int | None = None
    cursor: int | None = None


class JobView(Shape):
    """`data` of the status route."""

    job_id: str
    status: JobStatus
    outcome_unknown: bool = False
    progress: ExternalBuyProgress
    result: ExternalBuyResult | None = None
    sign_request: ExternalBuySignRequest | None = None
    """Present while the user's own wallet is asked to sign."""
