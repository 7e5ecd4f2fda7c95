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
    def partition(self) -> int:
        """The log's partition that its event is in."""
        return int(self.wire["partition"])

    @property
    def cursor(self) -> int:
        """How far a client has heard its partition with this message."""
        return int(self.wire["cursor"])

    @property
    def place(self) -> tuple[int, bool]:
        """Where it stands among those of its buy; the same when it comes again.

        An event makes one message, at its own cursor, or two. The first of two has the cursor
        before, so that a client that is cut between them gets both again.
        """
        return self.cursor, isinstance(self.payload, ExternalBuyProgress) and (
            self.payload.status in ("completed", "failed")
            or self.payload.details.sign_request_id is not None
        )


def message_of(name: str, wire: Mapping[str, Any]) -> Message:
    """Read a message; raises ValueError if it is not what the contract says."""
    return Message(name, SHAPES[name].model_validate(wire), wire)
