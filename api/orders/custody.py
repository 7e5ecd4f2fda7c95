"""The four ways to name the wallet that pays. Pure, but for the secret it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from solders.pubkey import Pubkey

from api.orders.base58 import base58_bytes
from api.orders.sealed_key import SealedByClient, sealed_key
from api.orders.wallet_key import wallet_key
from buyqueue.errors import Code, InvalidInput
from buyqueue.secret import Secret

MOST_LETTERS: Final = 44
"""Of 32 bytes in base 58."""


@dataclass(frozen=True, slots=True)
class PlainKey:
    """`walletPrivateKey`: the key itself, to be sealed at once and forgotten."""

    secret: Secret
    wallet: str


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """`signerId`: a registered signer, which alone knows the wallet's key."""

    signer_id: UUID


@dataclass(frozen=True, slots=True)
class OwnWallet:
    """`custody: "client"`: the user's own wallet signs, when it is asked to."""

    wallet: str


Custody = PlainKey | SealedByClient | RemoteSigner | OwnWallet


def custody_of(body: Mapping[str, Any]) -> Custody:
    """Read the one way that is there (`fields.check_names`); raises InvalidInput."""
    if (custody := body.get("custody")) is not None:
        return _own_wallet(custody, body)
    if body.get("wallet") is not None:
        raise InvalidInput(
            Code.INVALID_WALLET, 'wallet goes with "custody": "client" only', field="wallet"
        )
    if (sealed := body.get("sealedWalletKey")) is not None:
        return sealed_key(sealed)
    if (signer := body.get("signerId")) is not None:
        return RemoteSigner(_signer_id(signer))
    secret, wallet = wallet_key(body["walletPrivateKey"])
    return PlainKey(secret, wallet)


def _own_wallet(custody: Any, body: Mapping[str, Any]) -> OwnWallet:
    if custody != "client":
        raise InvalidInput(
            Code.INVALID_REQUEST,
            'custody must be "client": the user\'s own wallet signs; else leave it out',
            field="custody",
        )
    if body.get("allowCoSigner"):
        raise InvalidInput(
            Code.INVALID_REQUEST,
            "A market maker cannot sign beside the user's own wallet: leave out allowCoSigner",
            field="allowCoSigner",
        )
    return OwnWallet(_address(body.get("wallet")))


def _address(value: Any) -> str:
    raw = base58_bytes(value) if isinstance(value, str) and len(value) <= MOST_LETTERS else None
    # An address off the curve belongs to a program, and nobody can sign for it.
    if raw is None or len(raw) != 32 or not Pubkey.from_bytes(raw).is_on_curve():
        # NB: the value is not repeated: people paste keys into the wrong field.
        raise InvalidInput(
            Code.INVALID_WALLET,
            "wallet must be the address of a wallet that can sign: 32 bytes in base 58",
            field="wallet",
        )
    return str(value)


def _signer_id(value: Any) -> UUID:
    found: UUID | None = None
    if isinstance(value, str) and len(value) == 36:
        try:
            found = UUID(value)
        except ValueError:
            found = None
    if found is None:
        # NB: the value is not repeated: people paste keys into the wrong field.
        raise InvalidInput(
            Code.INVALID_SIGNER_ID, "signerId must be a registered signer's id", field="signerId"
        )
    return found
