"""The vault rows, as a worker uses them: open, and forget."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.buy.state import Order
from buyqueue.database import DATABASE_ERRORS, database_down
from buyqueue.gathering import Gathering
from buyqueue.sealing import key_unavailable
from buyqueue.secret import Secret
from buyqueue.tables import VAULT, at_once, one_of, told
from streams.vault.keyring import KeyRing
from streams.vault.ticket import OwnWallet, Remote, ticket_of

AT_ONCE: Final = 4
"""Connections for each of the two statements: with Postgres hanging, others need some, too."""
_OF_JOBS: Final = one_of(VAULT.c.job_id, "jobs")
_READ: Final = select(VAULT).where(_OF_JOBS)
_DELETE: Final = delete(VAULT).where(_OF_JOBS)


class Vault:
    """Holds the sealed key of every open buy, and of no closed one.

    NB: the row is also the buy's ticket. It is deleted before a buy leaves the worker's memory,
    so a BuyRequested that is appended again after the end finds no key and buys nothing, and what
    was signed for it is not sent.
    """

    def __init__(self, engine: AsyncEngine, keys: KeyRing) -> None:
        self._engine = at_once(engine)
        self._keys = keys
        self._rows = Gathering(self._read, AT_ONCE)
        self._ended = Gathering(self._delete, AT_ONCE)

    async def open(self, order: Order) -> Secret | Remote | OwnWallet:
        """Open a buy's wallet key, or tell who else has it.

        Raises Refused(KEY_UNAVAILABLE) if there is none or it does not open, Unavailable if
        Postgres does not answer.
        """
        row = await self._rows.answer(order.job_id)
        if row is None or row.wallet != order.wallet:
            raise key_unavailable()
        ticket = ticket_of(row, order.user_id)
        if isinstance(ticket, Remote | OwnWallet):
            return ticket
        return self._keys.open(ticket.sealed, ticket.purpose)

    async def has_ticket(self, job_id: UUID) -> bool:
        """Tell whether a buy's row is there. Raises Unavailable."""
        return await self._rows.answer(job_id) is not None

    async def forget(self, job_id: UUID) -> None:
        """Delete a buy's key; nothing happens if it is gone. Raises Unavailable."""
        await self._ended.answer(job_id)

    async def end(self) -> None:
        """Ask Postgres nothing more, and leave no connection open."""
        await asyncio.gather(self._rows.end(), self._ended.end())

    async def _read(self, jobs: Sequence[UUID]) -> dict[UUID, Row[Any]]:
        try:
            async with self._engine.connect() as connection:
                rows = await connection.execute(_READ, {"jobs": told(jobs)})
                return {row.job_id: row for row in rows}
        except DATABASE_ERRORS as error:
            raise database_down("the vault", error) from None

    async def _delete(self, jobs: Sequence[UUID]) -> dict[UUID, None]:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(_DELETE, {"jobs": told(jobs)})
        except DATABASE_ERRORS as error:
            raise database_down("the vault", error) from None
        return {}
