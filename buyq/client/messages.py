"""What a client hears of its buys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from buyqueue.contract.shapes import (
    ExternalBuyProgress,
    ExternalBuyResult,
    ExternalBuySignRequest,
    JobCreated,
)

CREATED: Final = "external_buy_job_created"
PROGRESS: Final = "external_buy_progress"
SIGN_REQUEST: Final = "external_buy_sign_request"
RESULT: Final = "external_buy_result"

Payload = JobCreated | ExternalBuyProgress | ExternalBuySignRequest | ExternalBuyResult
SHAPES: Final[Mapping[str, type[Payload]]] = {
    CREATED: JobCreated,
    PROGRESS: ExternalBuyProgress,
    SIGN_REQUEST: ExternalBuySignRequest,
    RESULT: ExternalBuyResult,
}
"""Messages that this client knows; a newer service's others pass unheard."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `wire` is its JSON as it came, with what a newer service says besides."""

    name: str
    payload: Payload
    wire: Mapping[str, Any]

    @property
    def job_id(self) -> str:
        """The buy that it is about."""
        return str(self.wire["jobId"])

    @property
    def place(self) -> tuple[str, int, int]:
        """What makes it the same message when it comes again."""
        return self.name, int(self.wire["partition"]), int(self.wire["cursor"])


def message_of(name: str, wire: Mapping[str, Any]) -> Message:
    """Read a message; raises ValueError if it is not what the contract says."""
    return Message(name, SHAPES[name].model_validate(wire), wire)
