"""From a body to an order. Pure, but for the secret that it makes."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.orders import amounts, fields
from api.orders.custody import Custody, OwnWallet, PlainKey, RemoteSigner, custody_of
from api.orders.sealed_key import SealedByClient
from api.orders.token_address import token_address
from buyqueue.buy.state import Order
from buyqueue.errors import Code, InvalidInput
from buyqueue.platforms import PLATFORMS

OrderFields = Mapping[str, Any]
"""The fields of BuyRequested beside its envelope, JSON-ready."""
_OF_ORDER: Final = frozenset(field.name for field in dataclasses.fields(Order))


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is well formed, and how its wallet was named."""

    order: OrderFields
    """Without the wallet, which only the register of signers may know."""
    custody: Custody

    @property
    def user_id(self) -> str:
        """Who asked."""
        return str(self.order["user_id"])

    @property
    def mint(self) -> str:
        """What to buy."""
        return str(self.order["mint"])

    def wipe(self) -> None:
        """Overwrite the key, if one came in plain."""
        if isinstance(self.custody, PlainKey):
            self.custody.secret.wipe()


def draft_of(
    body: Mapping[str, Any], *, max_lamports: int, platforms: tuple[str, ...] = PLATFORMS
) -> Draft:
    """Read an order; raises InvalidInput naming the field, what is wrong and what to do.

    The key is read last, so that no other refusal leaves a Secret behind.
    """
    fields.check_names(body)
    fields.check_ignored(body)
    user = fields.user_id(body["userId"])
    if user == body.get("walletPrivateKey"):
        raise InvalidInput(
            Code.INVALID_USER_ID, "userId must not be the wallet's key", field="userId"
        )
    lamports = amounts.buy_amount(body["buyAmount"], max_lamports)
    order: dict[str, Any] = {
        "user_id": user,
        "mint": token_address(body["tokenAddress"]),
        "lamports": lamports,
        "slippage_bps": amounts.slippage(body.get("slippage")),
        **amounts.priority(body, lamports),
        "platform": fields.platform(body.get("platform"), platforms),
    }
    if fields.co_signer(body.get("allowCoSigner")):
        order["co_signer"] = True
    return Draft(order, custody_of(body))


def fingerprint(draft: Draft) -> bytes:
    """Hash an order: 32 bytes, equal for equal orders whose wallet is named in the same way.

    Knows the wallet, or its registered signer, and never a key or a ciphertext: a client may seal
    its key again to repeat a request.
    """
    match draft.custody:
        case PlainKey(wallet=wallet):
            named = {"wallet": wallet}
        case SealedByClient(wallet=wallet):
            named = {"wallet": wallet, "way": "sealedWalletKey"}
        case RemoteSigner(signer_id=signer_id):
            named = {"signerId": str(signer_id), "way": "signerId"}
        case OwnWallet(wallet=wallet):
            named = {"wallet": wallet, "way": "custody"}
    canonical = json.dumps({**draft.order, **named}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def order_of(job_id: UUID, order: OrderFields, requested_at: datetime) -> Order:
    """Answer the order as the state of a buy holds it."""
    told = {name: value for name, value in order.items() if name in _OF_ORDER}
    return Order(job_id=job_id, requested_at=requested_at, **told)
