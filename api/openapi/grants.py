"""The routes about who may do what, and the vault's key, described."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.openapi.operation import Operation, Refused
from buyqueue.contract.shapes import Shape
from buyqueue.errors import Code

ScopeName = Literal["submit", "read", "cancel", "webhooks", "admin"]


class TokenRequest(BaseModel):
    """What a token is for: a user, a job, or the caller's own user."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", use_attribute_docstrings=True
    )

    user_id: str | None = None
    job_id: str | None = None
    scopes: Annotated[list[ScopeName], Field(min_length=1)] = ["read"]
    """Never more than the caller has; `webhooks` and `admin` are not given."""
    ttl_seconds: Annotated[int, Field(ge=1, le=3_600)] = 900


class TokenData(Shape):
    """A short-lived token, for a browser."""

    token: str
    expires_at: int
    """Unix time in ms."""
    user_id: str | None
    job_id: str | None
    """Null for a token that is not for one job."""
    scopes: list[ScopeName]


class Token(Shape):
    """A token was made."""

    success: Literal[True]
    data: TokenData


class RefusedOften(Shape):
    """How often somebody was refused on a UTC day."""

    day: str
    kind: str
    subject: str
    count: int


class ManyWallets(Shape):
    """A user that pays from many wallets."""

    user_id: str
    wallets: int
    buys: int


class CancelsOften(Shape):
    """A user that cancels."""

    user_id: str
    buys: int
    cancelled: int
    ratio: float
    """Of its buys."""


class AbuseData(Shape):
    """At most 50 of each, the worst first."""

    since: str
    """RFC 3339."""
    refusals: list[RefusedOften]
    many_wallets: list[ManyWallets]
    cancels: list[CancelsOften]


class Abuse(Shape):
    """What looks like abuse in the last day."""

    success: Literal[True]
    data: AbuseData


class VaultKeyData(Shape):
    """What to seal a wallet key to, and how: HPKE, RFC 9180."""

    key_id: str
    public_key: str
    """Base64."""
    suite: str
    info: str


class VaultKey(Shape):
    """The vault's public key; it changes on rotation."""

    success: Literal[True]
    data: VaultKeyData


GRANTS: Final = (
    Operation(
        method="post",
        path="/api/external-buy/token",
        name="createToken",
        summary="Make a short-lived token",
        description="For a browser: for one user or one job, for at most an hour.",
        tag="access",
        body=TokenRequest,
        answers={201: ("The token", Token)},
        refusals={
            400: Refused(
                "The wish cannot be read; `field` names the fault",
                (Code.INVALID_REQUEST, Code.INVALID_USER_ID),
            ),
            403: Refused("The token would be another user's", (Code.WRONG_USER,)),
            404: Refused(
                "There is no such job for the caller, or this api is open and makes no tokens",
                (Code.JOB_NOT_FOUND, Code.NOT_FOUND),
            ),
            408: Refused("The body did not come in time", (Code.INVALID_REQUEST,)),
            413: Refused("The body is larger than this service takes", (Code.BODY_TOO_LARGE,)),
            415: Refused("The body is not sent as JSON in UTF-8", (Code.UNSUPPORTED_MEDIA_TYPE,)),
        },
    ),
    Operation(
        method="get",
        path="/api/external-buy/admin/abuse",
        name="getAbuse",
        summary="See what looks like abuse",
        tag="access",
        answers={200: ("The last day", Abuse)},
    ),
    Operation(
        method="get",
        path="/api/external-buy/vault-key",
        name="getVaultKey",
        summary="Get the key to seal wallet keys to",
        tag="access",
        answers={200: ("The vault's public key", VaultKey)},
    ),
)
