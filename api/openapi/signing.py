"""The route on which a client answers a request to sign, described."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.openapi.operation import Operation, Refused
from api.openapi.refusal import Refusal
from buyqueue.contract.shapes import Shape
from buyqueue.errors import Code


class SignAnswer(BaseModel):
    """What the wallet did: exactly one of `signature`, `transaction` and `refused`."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", use_attribute_docstrings=True
    )

    request_id: UUID
    """As `external_buy_sign_request` named it."""
    signature: Annotated[str, Field(pattern=r"^[1-9A-HJ-NP-Za-km-z]{64,88}$")] | None = None
    """The wallet's signature of the transaction's message: 64 bytes in base 58."""
    transaction: Annotated[str, Field(max_length=1_644)] | None = None
    """The signed transaction in base64; its message must be the one that was asked for."""
    refused: Literal[True] | None = None
    """The wallet will not sign."""


class SignAnswered(Shape):
    """What an answer has come to."""

    success: Literal[True]
    job_id: str
    status: Literal["signed", "refused", "answering"]
    message: str


class NoSignRequest(Refusal):
    """Nothing waits for this answer; it changed nothing, and a signature in it is not sent."""

    job_id: str


SIGNING: Final = (
    Operation(
        method="post",
        path="/api/external-buy/job/{jobId}/signature",
        name="answerSignRequest",
        summary="Answer a request to sign",
        description=(
            "For buys with `custody: client`. The signature is verified against the transaction "
            "in the log and its wallet; the worker then writes it ahead and sends it, as one of "
            "its own. Whoever refuses ends the buy, once a proof says that what was asked for can "
            "no longer land. Sending the same answer again is safe."
        ),
        tag="buys",
        parameters=("JobId",),
        body=SignAnswer,
        answers={
            200: ("The answer counts", SignAnswered),
            202: ("The answer is recorded; the log has not decided yet", SignAnswered),
        },
        refusals={
            400: Refused(
                "This is no answer, or not the wallet's signature of what was asked for",
                (Code.INVALID_REQUEST, Code.INVALID_SIGNATURE),
            ),
            404: Refused("There is no such job; a malformed id is one too", (Code.JOB_NOT_FOUND,)),
            408: Refused("The body did not come in time", (Code.INVALID_REQUEST,)),
            409: Refused("Nothing waits for this answer", (Code.NO_SIGN_REQUEST,), NoSignRequest),
            413: Refused("The body is larger than this service takes", (Code.BODY_TOO_LARGE,)),
            415: Refused("The body is not sent as JSON in UTF-8", (Code.UNSUPPORTED_MEDIA_TYPE,)),
            503: Refused(
                "Kafka or Postgres did not answer: send the same answer again",
                (Code.LOG_UNAVAILABLE, Code.DATABASE_UNAVAILABLE),
                headers=("Retry-After",),
            ),
        },
    ),
)
