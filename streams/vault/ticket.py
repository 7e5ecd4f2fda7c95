"""A vault row, read. Pure."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from buyqueue.sealing import ForJob, ForUser, Purpose, Sealed, key_unavailable


@dataclass(frozen=True, slots=True)
class Remote:
    """The key is elsewhere: this registered signer signs."""

    signer_id: UUID


@dataclass(frozen=True, slots=True)
class OwnWallet:
    """There is no key: the user's own wallet signs, in its client."""


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The key is here, sealed for a purpose."""

    sealed: Sealed
    purpose: Purpose


def ticket_of(row: Row[Any], user_id: str) -> SealedKey | Remote | OwnWallet:
    """Read a vault row for the user whose order it is.

    NB: the user comes from the log and not from the row, so a row that is moved to another user's
    buy does not open. Raises Refused(KEY_UNAVAILABLE) for a row that makes no sense.
    """
    match row.kind:
        case "remote" if row.signer_id is not None:
            return Remote(row.signer_id)
        case "wallet":
            return OwnWallet()
        case "service" if row.ciphertext is not None:
            purpose: Purpose = ForJob(row.job_id, row.wallet)
        case "client" if row.ciphertext is not None and row.reference is not None:
            purpose = ForUser(user_id, row.wallet, row.reference)
        case _:
            raise key_unavailable()
    return SealedKey(Sealed(row.key_id, bytes(row.ciphertext)), purpose)
