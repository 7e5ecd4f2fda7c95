"""What may go wrong between a client and the service.

ClientError
├── ApiError       the service answered, with a refusal or a failure
└── Unreachable    nothing that is an answer came back
"""

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """There is no answer to work with."""


class ApiError(ClientError):
    """The service answered with an error.

    `code` is one of the contract's; `retryable` says whether the very same request is safe to
    send again and may help, and `retry_after_s` when. `body` is all of the answer.
    """

    def __init__(
        self, status: int, body: Mapping[str, Any], retry_after_s: float | None = None
    ) -> None:
        self.status = status
        self.body = dict(body)
        self.code = str(body.get("code", "unknown"))
        self.text = str(body.get("error", ""))
        field = body.get("field")
        self.field = None if field is None else str(field)
        self.retryable = body.get("retryable") is True
        self.retry_after_s = retry_after_s
        super().__init__(f"HTTP {status}: {self.text} ({self.code})")


class Unreachable(ClientError):
    """The service did not answer. What was asked of it may have been done all the same."""
