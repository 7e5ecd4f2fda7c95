"""The quote route, described."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.openapi.operation import Operation, Refused
from api.openapi.order import Base58
from buyqueue.contract.quote import QuoteView
from buyqueue.contract.shapes import Shape
from buyqueue.errors import Code
from buyqueue.platforms import PlatformName


class QuoteRequest(BaseModel):
    """What to price. Unknown fields are refused; `null` counts as left out. Never send a key."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", use_attribute_docstrings=True
    )

    token_address: Annotated[
        Base58, Field(examples=["EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"])
    ]
    """The mint of the token: 32 bytes in base 58."""
    buy_amount: Annotated[float, Field(gt=0, examples=[0.1])]
    """SOL: at most 9 decimals, a number and not a string."""
    slippage: Annotated[float, Field(gt=0, le=100)] | None = None
    """Percent, at most 2 decimals; 3 unless given."""
    priority_fee: Annotated[float, Field(ge=0)] | Literal["auto"] | None = None
    """SOL, at most 9 decimals and at most `buyAmount`; 0.002, or `buyAmount` where that is less.

    `auto` pays what others lately paid for the same accounts, and at most `maxPriorityFee`.
    """
    max_priority_fee: Annotated[float, Field(ge=0)] | None = None
    """SOL; only beside `auto`, with the rules and the default of a `priorityFee` in numbers."""
    platform: PlatformName | None = None
    """The venue; `auto` unless given."""
    wallet: Base58 | None = None
    """The address that would pay: accounts that it has cost no rent."""


class Quote(Shape):
    """What a buy would be now."""

    success: Literal[True]
    data: QuoteView


QUOTES: Final = (
    Operation(
        method="post",
        path="/api/external-buy/quote",
        name="quoteBuy",
        summary="Price a buy without buying",
        description=(
            "Chooses the venue as a buy would, by one look at the chain, and says why. Nothing is "
            "written, signed or reserved."
        ),
        tag="quotes",
        body=QuoteRequest,
        answers={200: ("The price, the venue and the reason for it", Quote)},
        refusals={
            400: Refused(
                "The question cannot be taken as it is; `field` names the fault",
                (
                    Code.INVALID_REQUEST,
                    Code.INVALID_TOKEN_ADDRESS,
                    Code.INVALID_AMOUNT,
                    Code.INVALID_SLIPPAGE,
                    Code.INVALID_PRIORITY_FEE,
                    Code.INVALID_PLATFORM,
                ),
            ),
            408: Refused("The body did not come in time", (Code.INVALID_REQUEST,)),
            413: Refused("The body is larger than this service takes", (Code.BODY_TOO_LARGE,)),
            415: Refused("The body is not sent as JSON in UTF-8", (Code.UNSUPPORTED_MEDIA_TYPE,)),
            422: Refused(
                "No buy of this token is possible as asked",
                (
                    Code.INVALID_TOKEN_ADDRESS,
                    Code.INVALID_PLATFORM,
                    Code.NO_ROUTE,
                    Code.INSUFFICIENT_BALANCE,
                    Code.TRANSACTION_FAILED,
                    Code.TRANSACTION_UNSAFE,
                ),
            ),
            503: Refused(
                "Solana or the venue did not answer, or the token is on its way to another venue",
                (
                    Code.RPC_UNAVAILABLE,
                    Code.PLATFORM_UNAVAILABLE,
                    Code.NO_ROUTE,
                    Code.SLIPPAGE_EXCEEDED,
                ),
                headers=("Retry-After",),
            ),
        },
    ),
)
