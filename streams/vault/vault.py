"""The vault rows, as a worker uses them: open, and forget."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.errors import Code, Refused, Unavailable
from buyqueue.sealing import Opener, Sealed
from buyqueue.secret import Secret
from buyqueue.tables import VAULT


class Vault:
    """Holds the sealed key of every open buy, and of no closed one.

    NB: the row is also the buy's ticket. It is deleted before a buy leaves the worker's memory,
    so a BuyRequested that is appended again after the end finds no key and buys nothing.
    """

    def __init__(self, engine: AsyncEngine, opener: Opener) -> None:
        self._engine = engine
        self._opener = opener

    async def open(self, job_id: UUID, wallet: str) -> Secret:
        """Open a buy's wallet key.

        Raises Refused(KEY_UNAVAILABLE) if there is none or it does not open, Unavailable if
        Postgres does not answer.
        """
        query = select(VAULT.c.wallet, VAULT.c.key_id, VAULT.c.ciphertext).where(
            VAULT.c.job_id == job_id
        )
        try:
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _down(error) from None
        if row is None or row.wallet != wallet:
            raise Refused(Code.KEY_UNAVAILABLE, "The wallet key of this buy is gone")
        return self._opener.open(Sealed(row.key_id, bytes(row.ciphertext)), job_id, wallet)

    async def forget(self, job_id: UUID) -> None:
        """Delete a buy's key; nothing happens if it is gone. Raises Unavailable."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(VAULT).where(VAULT.c.job_id == job_id))
        except (DBAPIError, OSError, TimeoutError) as error:
            raise _down(error) from None


def _down(error: BaseException) -> Unavailable:
    return Unavailable(Code.DATABASE_UNAVAILABLE, f"the vault: {type(error).__name__}")
