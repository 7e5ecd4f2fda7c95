"""The JSON of an order, for the document alone: `api.orders` reads it, exactly and strictly."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from buyqueue.platforms import PlatformName

Base58 = Annotated[str, Field(pattern=r"^[1-9A-HJ-NP-Za-km-z]{32,44}$")]
Byte = Annotated[int, Field(ge=0, le=255)]
KeyArray = Annotated[list[Byte], Field(min_length=64, max_length=64)]


class SealedWalletKey(BaseModel):
    """A keypair that only a worker can open."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", use_attribute_docstrings=True
    )

    key_id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    """Of the vault's key."""
    ciphertext: Annotated[str, Field(min_length=152, max_length=152)]
    """Base64 of 112 bytes: the encapsulated key (32), then the keypair with its tag (80)."""
    wallet: Base58
    """The wallet's address."""
    reference: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{8,40}$")]
    """The client's own name for this sealing, used once."""


class StartRequest(BaseModel):
    """An order. A field may stand once; unknown fields are refused. `null` counts as left out.

    The wallet that pays is named in exactly one way: `walletPrivateKey`, `sealedWalletKey`,
    `signerId` or `custody`.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", use_attribute_docstrings=True
    )

    user_id: Annotated[str, Field(min_length=1, max_length=128, examples=["user123"])]
    """Whose buy it is, and the room that hears of it. No control characters, no outer spaces."""
    token_address: Annotated[
        Base58, Field(examples=["EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"])
    ]
    """The mint of the token to buy: 32 bytes in base 58."""
    buy_amount: Annotated[float, Field(gt=0, examples=[0.1])]
    """How much to buy for, in SOL: at most 9 decimals, a number and not a string."""
    wallet_private_key: Annotated[
        str | KeyArray | None, Field(json_schema_extra={"format": "password", "writeOnly": True})
    ] = None
    """The whole keypair of the wallet that pays: 64 bytes in base 58, or as an array of numbers.

    Taken over TLS or from this machine only; sealed at once and never shown again.
    """
    sealed_wallet_key: SealedWalletKey | None = None
    """The keypair as the client itself has sealed it to the vault's key (`getVaultKey`)."""
    signer_id: UUID | None = None
    """A registered signer, which alone knows the wallet's key."""
    custody: Literal["client"] | None = None
    """`client`: the user's own wallet signs, once `external_buy_sign_request` asks it to."""
    wallet: Base58 | None = None
    """The address of that wallet; only beside `custody`, and needed there."""
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
    allow_co_signer: bool | None = None
    """Whether a market maker of Jupiter's may sign the transaction after the wallet (JupiterZ).

    Its prices may be better, and only Jupiter can send it then. False unless given.
    """
    user_chat_id: float | None = None
    """Taken for compatibility, and without effect."""
    socket_user_id: str | None = None
    """Taken for compatibility, and without effect."""
