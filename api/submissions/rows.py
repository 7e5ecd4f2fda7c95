"""The rows of a submission: the order, and the sealed key beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.limits.caps import Caps
from api.submissions.database import transaction
from api.submissions.submission import Submission
from api.submissions.tickets import Ticket
from buyqueue.log.journal import Cursor
from buyqueue.tables import SUBMISSIONS, VAULT

_C = SUBMISSIONS.c


class Rows:
    """Reads and writes submissions.

    Every method raises Unavailable(DATABASE_UNAVAILABLE) if Postgres does not answer in time; a
    write may then have been done or not.
    """

    def __init__(self, engine: AsyncEngine, *, timeout_ms: int, caps: Caps | None = None) -> None:
        self._engine = engine
        self._caps = caps
        self._timeout_s = timeout_ms / 1000

    async def find(self, job_id: UUID) -> Submission | None:
        """Look a submission up by its job."""
        return await self._one(_C.job_id == job_id)

    async def find_by_key(self, user_id: str, key: str) -> Submission | None:
        """Look a submission up by the name that its user gave it."""
        return await self._one((_C.user_id == user_id) & (_C.idempotency_key == key))

    async def insert(self, submission: Submission, ticket: Ticket) -> bool:
        """Write both rows, or neither if the user has used that name or reference; tell which.

        Raises Problem, and writes neither, if that would be more than the user may have.
        """
        row = {
            "job_id": submission.job_id,
            "user_id": submission.user_id,
            "idempotency_key": submission.idempotency_key,
            "fingerprint": submission.fingerprint,
            "order": dict(submission.order_fields),
            "created_at": submission.created_at,
            "sealed_reference": ticket.reference,
        }
        key = ticket.row(submission.job_id, submission.created_at)
        write = insert(SUBMISSIONS).values(row)
        write = write.on_conflict_do_nothing()
        async with transaction(self._engine, self._timeout_s) as connection:
            new = await connection.execute(write.returning(_C.job_id))
            if new.one_or_none() is None:
                return False
            await connection.execute(insert(VAULT).values(key))
            if self._caps is not None:
                await self._caps.check(connection, submission)
        return True

    async def record(self, job_id: UUID, cursor: Cursor) -> None:
        """Note where BuyRequested stands."""
        async with transaction(self._engine, self._timeout_s) as connection:
            await note(connection, job_id, cursor)

    @asynccontextmanager
    async def lock(
        self, job_id: UUID, timeout_ms: int
    ) -> AsyncIterator[tuple[AsyncConnection, Submission] | None]:
        """Hold the row for a while; None at once if somebody else holds it."""
        query = select(SUBMISSIONS).where(_C.job_id == job_id).with_for_update(skip_locked=True)
        async with transaction(self._engine, self._timeout_s + timeout_ms / 1000) as connection:
            row = (await connection.execute(query)).one_or_none()
            yield (connection, _submission(row)) if row else None

    async def delete(self, job_id: UUID) -> None:
        """Delete both rows of a submission that is surely not in the log."""
        async with transaction(self._engine, self._timeout_s) as connection:
            await connection.execute(delete(VAULT).where(VAULT.c.job_id == job_id))
            await connection.execute(delete(SUBMISSIONS).where(_C.job_id == job_id))

    async def forget_key(self, job_id: UUID) -> None:
        """Delete the sealed key: without it, nobody can sign for this buy."""
        async with transaction(self._engine, self._timeout_s) as connection:
            await connection.execute(delete(VAULT).where(VAULT.c.job_id == job_id))

    async def _one(self, condition: Any) -> Submission | None:
        async with transaction(self._engine, self._timeout_s) as connection:
            row = (await connection.execute(select(SUBMISSIONS).where(condition))).one_or_none()
        return _submission(row) if row else None


async def note(connection: AsyncConnection, job_id: UUID, cursor: Cursor) -> None:
    """Note where BuyRequested stands, within a transaction."""
    place = {"partition": cursor.partition, "offset": cursor.offset}
    await connection.execute(update(SUBMISSIONS).where(_C.job_id == job_id).values(place))


def _submission(row: Row[Any]) -> Submission:
    return Submission(
        job_id=row.job_id,
        user_id=row.user_id,
        idempotency_key=row.idempotency_key,
        fingerprint=bytes(row.fingerprint),
        order_fields=row.order,
        created_at=row.created_at,
        offset=row.offset,
    )
