"""The routes of a buy, described."""

from typing import Any, Final

from api.openapi.answers import Cancel, Started, Status
from api.openapi.operation import Operation, Refused
from api.openapi.order import StartRequest
from api.openapi.refusal import Capped, TooLate, Undecided
from buyqueue.errors import Code

_BAD_ORDER: Final = (
    Code.INVALID_REQUEST,
    Code.INVALID_TOKEN_ADDRESS,
    Code.INVALID_AMOUNT,
    Code.INVALID_SLIPPAGE,
    Code.INVALID_PRIORITY_FEE,
    Code.INVALID_WALLET_KEY,
    Code.INVALID_SEALED_KEY,
    Code.INVALID_SIGNER_ID,
    Code.INVALID_WALLET,
    Code.INVALID_PLATFORM,
    Code.INVALID_USER_ID,
    Code.INVALID_IDEMPOTENCY_KEY,
)
_NO_JOB: Final = Refused("There is no such job; a malformed id is one too", (Code.JOB_NOT_FOUND,))
_AWAY: Final = ("Retry-After",)


def _by_job_id(*operations: str) -> dict[str, Any]:
    takes = {"jobId": "$response.body#/jobId"}
    return {name: {"operationId": name, "parameters": takes} for name in operations}


BUYS: Final = (
    Operation(
        method="post",
        path="/api/external-buy/start",
        name="startBuy",
        summary="Submit a buy",
        description=(
            "Answers once the order is durable in the log. With an `Idempotency-Key` the same "
            "order is taken once, however often it is sent, and answered alike; without one, each "
            "request is an order of its own."
        ),
        tag="buys",
        parameters=("IdempotencyKey",),
        body=StartRequest,
        answers={202: ("The order is queued", Started)},
        links={202: _by_job_id("getStatus", "cancelBuy")},
        refusals={
            400: Refused("The order cannot be taken as it is; `field` names the fault", _BAD_ORDER),
            403: Refused(
                "A wallet key came over plain HTTP, or the order is another user's or too large",
                (Code.INSECURE_TRANSPORT, Code.WRONG_USER, Code.SPEND_CAP_REACHED),
                Capped,
            ),
            404: Refused("The signer is not this user's", (Code.SIGNER_NOT_FOUND,)),
            409: Refused(
                "The key was sealed to another vault key, or under a reference that was used",
                (Code.VAULT_KEY_CHANGED, Code.REFERENCE_USED),
            ),
            408: Refused("The body did not come in time", (Code.INVALID_REQUEST,)),
            413: Refused("The body is larger than this service takes", (Code.BODY_TOO_LARGE,)),
            415: Refused("The body is not sent as JSON in UTF-8", (Code.UNSUPPORTED_MEDIA_TYPE,)),
            422: Refused(
                "The `Idempotency-Key` was used for another order", (Code.IDEMPOTENCY_CONFLICT,)
            ),
            429: Refused(
                "The user has too many open buys, or would spend too much today",
                (Code.TOO_MANY_OPEN_JOBS, Code.SPEND_CAP_REACHED),
                Capped,
                _AWAY,
            ),
            503: Refused(
                "Kafka, Postgres or Solana did not answer",
                (Code.LOG_UNAVAILABLE, Code.DATABASE_UNAVAILABLE, Code.RPC_UNAVAILABLE),
                Undecided,
                _AWAY,
            ),
        },
    ),
    Operation(
        method="get",
        path="/api/external-buy/job/{jobId}/status",
        name="getStatus",
        summary="Ask how a buy stands",
        description="`queued` right after it was submitted; `result` once it has ended.",
        tag="buys",
        parameters=("JobId",),
        answers={200: ("The job", Status)},
        refusals={
            404: _NO_JOB,
            503: Refused("Postgres did not answer", (Code.DATABASE_UNAVAILABLE,), headers=_AWAY),
        },
    ),
    Operation(
        method="post",
        path="/api/external-buy/job/{jobId}/cancel",
        name="cancelBuy",
        summary="Cancel a buy",
        description=(
            "Answers what the log decided, within about 2 s. Cancelling again is safe. Takes no "
            "body; one that is sent is not read."
        ),
        tag="buys",
        parameters=("JobId",),
        answers={
            200: ("The buy is cancelled: nothing was or will be bought", Cancel),
            202: ("The cancel is recorded; the log has not decided yet", Cancel),
        },
        refusals={
            404: _NO_JOB,
            409: Refused(
                "A transaction is signed, or the buy has ended",
                (Code.TOO_LATE, Code.ALREADY_FINISHED),
                TooLate,
            ),
            503: Refused(
                "Kafka or Postgres did not answer: the cancel may not be recorded",
                (Code.LOG_UNAVAILABLE, Code.DATABASE_UNAVAILABLE),
                headers=_AWAY,
            ),
        },
    ),
)
