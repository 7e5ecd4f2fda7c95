"""The one shape of every refusal and failure, and what else may be raised turned into it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from buyqueue.errors import BuyQueueError, Code, InvalidInput, Refused, Retryable

RETRY_AFTER_S: Final = 1

_STATUS: Final = {
    Code.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.IDEMPOTENCY_CONFLICT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.JOB_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.WEBHOOK_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.TOO_MANY_WEBHOOKS: HTTPStatus.CONFLICT,
    Code.TOO_LATE: HTTPStatus.CONFLICT,
    Code.VAULT_KEY_CHANGED: HTTPStatus.CONFLICT,
    Code.REFERENCE_USED: HTTPStatus.CONFLICT,
    Code.SIGNER_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.ALREADY_FINISHED: HTTPStatus.CONFLICT,
}
_HTTP_CODES: Final = {
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.BODY_TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA_TYPE,
}


class Problem(Exception):
    """What the caller is told instead of an answer.

    `code` is for programs and part of the contract, `text` is for people, `retryable` says whether
    sending the very same request again is safe and may help. `extra` stands beside them in the
    body; `details` is shown only where debug routes are on.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        *,
        field: str | None = None,
        retryable: bool = False,
        extra: Mapping[str, Any] | None = None,
        details: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.field = field
        self.retryable = retryable
        self.extra = dict(extra or {})
        self.details = details
        self.headers = dict(headers or {})

    def body(self, *, debug: bool) -> dict[str, Any]:
        """Answer the body: `{success: false, error, code, field?, retryable, details?}`."""
        body: dict[str, Any] = {"success": False, "error": self.text, "code": str(self.code)}
        if self.field is not None:
            body["field"] = self.field
        body["retryable"] = self.retryable
        if debug and self.details:
            body["details"] = self.details
        return body | self.extra

    def response(self, *, debug: bool) -> web.Response:
        """Answer the whole response."""
        headers = dict(self.headers)
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.setdefault("Retry-After", str(RETRY_AFTER_S))
        response = web.json_response(self.body(debug=debug), status=self.status, headers=headers)
        if headers.get("Connection") == "close":
            response.force_close()
        return response


def problem_of(error: Exception) -> Problem:
    """Turn anything that was raised into what the caller is told."""
    match error:
        case Problem():
            return error
        case InvalidInput():
            status = _STATUS.get(error.code, HTTPStatus.BAD_REQUEST)
            return Problem(status, error.code, error.text, field=error.field)
        case Retryable():
            return _unavailable(error)
        case Refused():
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.text)
        case web.HTTPException() if error.status >= HTTPStatus.BAD_REQUEST:
            return _http(error)
        case _:
            return Problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                Code.INTERNAL_ERROR,
                "Something went wrong on our side. Ask for the job's status before sending again",
                details=f"{type(error).__name__}: {error}",
            )


def _unavailable(error: Retryable) -> Problem:
    seconds = max(RETRY_AFTER_S, -(-(error.after_ms or 0) // 1000))
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        error.code,
        error.text,
        retryable=True,
        details=_cause(error),
        headers={"Retry-After": str(seconds)},
    )


def _cause(error: BuyQueueError) -> str | None:
    return f"{type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else None


def _http(error: web.HTTPException) -> Problem:
    texts = {
        404: "There is no such route",
        405: "This route does not take that method",
        413: "The body is too large",
        415: "Send the body as application/json",
        417: "The only expectation that is met is 100-continue",
    }
    code = _HTTP_CODES.get(error.status, Code.INVALID_REQUEST)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        code = Code.INTERNAL_ERROR
    allow = error.headers.get("Allow")
    headers = {"Allow": allow} if allow else {}
    return Problem(error.status, code, texts.get(error.status, error.reason), headers=headers)
