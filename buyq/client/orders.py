"""What a client asks for: a buy and who pays for it, or a quote."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, PlainSerializer
from solders.keypair import Keypair

from api.openapi.order import SealedWalletKey
from buyqueue.contract.shapes import Shape
from buyqueue.platforms import PlatformName
from buyqueue.secret import Secret

Number = Annotated[Decimal, Field(ge=0, le=10**9), PlainSerializer(float, when_used="json")]
"""A decimal here; a JSON number on the wire, exact up to fifteen digits."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A keypair of 64 bytes that the client itself holds."""

    keypair: Secret

    @classmethod
    def of(cls, keypair: Keypair) -> Self:
        """Take a keypair."""
        return cls(Secret(bytes(keypair)))


@dataclass(frozen=True, slots=True)
class WalletKey(_Held):
    """A keypair that the client seals: it leaves the process as a ciphertext."""


@dataclass(frozen=True, slots=True)
class PlainKey(_Held):
    """A keypair that is sent as it is, as the original's clients do: by TLS, or on one machine."""


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A keypair that was sealed before, for this user, under a reference that is used once."""

    sealed: SealedWalletKey


@dataclass(frozen=True, slots=True)
class RegisteredSigner:
    """A signer that the service knows, and that alone knows the key."""

    signer_id: UUID


@dataclass(frozen=True, slots=True)
class OwnWallet:
    """The address of a wallet that is asked by `external_buy_sign_request`, and signs itself."""

    address: str


Payer = WalletKey | PlainKey | SealedKey | RegisteredSigner | OwnWallet
"""Who pays; `BuyClient` turns each into the fields of the request."""


class Question(Shape):
    """What to price: `buy_amount` and fees in SOL, `slippage` in percent."""

    token_address: str
    buy_amount: Number
    slippage: Number | None = None
    priority_fee: Number | Literal["auto"] | None = None
    max_priority_fee: Number | None = None
    platform: PlatformName | None = None

    def question(self) -> dict[str, Any]:
        """Answer the JSON of the question; what is not set is left out, and defaults hold."""
        known = set(Question.model_fields)
        return self.model_dump(by_alias=True, mode="json", exclude_none=True, include=known)


class Order(Question):
    """What to buy, for whom; the wallet that pays is told beside it."""

    user_id: str
    allow_co_signer: bool | None = None
