"""The vault row of a submission: a key that is sealed, or word of who has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.orders.custody import OwnWallet, PlainKey, RemoteSigner
from api.orders.draft import Draft, OrderFields
from api.orders.sealed_key import SealedByClient
from api.submissions.database import transaction
from buyqueue.errors import Code, InvalidInput
from buyqueue.sealing import Sealer
from buyqueue.tables import SIGNERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the worker will need to sign, and cannot be read by anybody else."""

    kind: str
    wallet: str
    key_id: str | None = None
    ciphertext: bytes | None = None
    user_id: str | None = None
    reference: str | None = None
    signer_id: UUID | None = None

    def complete(self, order: OrderFields) -> OrderFields:
        """Add to an order who pays, and who signs where that is not the service."""
        custody = {"remote": "remote", "wallet": "client"}.get(self.kind)
        return {**order, "wallet": self.wallet, **({"custody": custody} if custody else {})}

    def row(self, job_id: UUID, created_at: datetime) -> dict[str, Any]:
        """Answer the row of `vault`."""
        return {
            "job_id": job_id,
            "kind": self.kind,
            "wallet": self.wallet,
            "key_id": self.key_id,
            "ciphertext": self.ciphertext,
            "user_id": self.user_id,
            "reference": self.reference,
            "signer_id": self.signer_id,
            "created_at": created_at,
        }


class Tickets:
    """Makes tickets."""

    def __init__(self, *, engine: AsyncEngine, sealer: Sealer, timeout_ms: int) -> None:
        self._engine = engine
        self._sealer = sealer
        self._timeout_s = timeout_ms / 1000

    async def issue(self, draft: Draft, job_id: UUID) -> Ticket:
        """Make the ticket of a draft; nothing is written.

        Raises InvalidInput: VAULT_KEY_CHANGED for a key that was sealed to another vault key than
        today's, SIGNER_NOT_FOUND for a signer that is not registered for this user; Unavailable.
        """
        match draft.custody:
            case PlainKey(secret=secret, wallet=wallet):
                sealed = self._sealer.seal(secret, job_id, wallet)
                return Ticket(
                    kind="service",
                    wallet=wallet,
                    key_id=sealed.key_id,
                    ciphertext=sealed.ciphertext,
                )
            case SealedByClient() as given:
                return self._from_client(given, draft.user_id)
            case RemoteSigner(signer_id=signer_id):
                wallet = await self._wallet(signer_id, draft.user_id)
                return Ticket(kind="remote", wallet=wallet, signer_id=signer_id)
            case OwnWallet(wallet=wallet):
                return Ticket(kind="wallet", wallet=wallet)

    def _from_client(self, given: SealedByClient, user_id: str) -> Ticket:
        if given.key_id != self._sealer.key_id:
            raise InvalidInput(
                Code.VAULT_KEY_CHANGED,
                "The key was sealed to another vault key than the current one: ask "
                "GET /api/external-buy/vault-key and seal it again",
                field="sealedWalletKey.keyId",
            )
        return Ticket(
            kind="client",
            wallet=given.wallet,
            key_id=given.key_id,
            ciphertext=given.ciphertext,
            user_id=user_id,
            reference=given.reference,
        )

    async def _wallet(self, signer_id: UUID, user_id: str) -> str:
        mine = (SIGNERS.c.id == signer_id) & (SIGNERS.c.user_id == user_id)
        async with transaction(self._engine, self._timeout_s) as connection:
            wallet = await connection.scalar(select(SIGNERS.c.wallet).where(mine))
        if wallet is None:
            raise InvalidInput(
                Code.SIGNER_NOT_FOUND,
                "No such signer is registered for this user",
                field="signerId",
            )
        return str(wallet)
