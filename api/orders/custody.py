"""The three ways to name the wallet that pays. Pure, but for the secret it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.orders.sealed_key import SealedByClient, sealed_key
from api.orders.wallet_key import wallet_key
from buyqueue.errors import Code, InvalidInput
from buyqueue.secret import Secret


@dataclass(frozen=True, slots=True)
class PlainKey:
    """`walletPrivateKey`: the key itself, to be sealed at once and forgotten."""

    secret: Secret
    wallet: str


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """`signerId`: a registered signer, which alone knows the wallet's key."""

    signer_id: UUID


Custody = PlainKey | SealedByClient | RemoteSigner


def custody_of(body: Mapping[str, Any]) -> Custody:
    """Read the one way that is there (`fields.check_names`); raises InvalidInput."""
    if (sealed := body.get("sealedWalletKey")) is not None:
        return sealed_key(sealed)
    if (signer := body.get("signerId")) is not None:
        return RemoteSigner(_signer_id(signer))
    secret, wallet = wallet_key(body["walletPrivateKey"])
    return PlainKey(secret, wallet)


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
