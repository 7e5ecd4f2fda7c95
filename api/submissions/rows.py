"""The rows of a submission: the order, and the sealed key beside it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.limits.caps import Caps
from api.submissions.database import transaction
from api.submissions.submission import Submission
from api.submissions.tickets import Ticket
from api.submissions.writing import New, insert, note
from buyqueue.gathering import Gathering
from buyqueue.idempotency import digest_of, restored_name
from buyqueue.log.journal import Cursor
from buyqueue.tables import SUBMISSIONS, VAULT, at_once

_C = SUBMISSIONS.c


class Rows:
    """Reads and writes submissions.

    Every method raises Unavailable(DATABASE_UNAVAILABLE) if Postgres does not answer in time; a
    write may then have been done or not.
    """

    def __init__(self, engine: AsyncEngine, *, timeout_ms: int, caps: Caps | None = None) -> None:
        self._engine = engine
        self._lone = at_once(engine)
        self._caps = caps
        self._timeout_s = timeout_ms / 1000
        self._new = Gathering(self._insert)
        self._places = Gathering(self._note)

    async def find(self, job_id: UUID) -> Submission | None:
        """Look a submission up by its job."""
        return await self._one(_C.job_id == job_id)

    async def find_by_key(self, user_id: str, key: str) -> Submission | None:
        """Look a submission up by the name that its user gave it: of several, the first.

        Several there may be where orders came in while lost ones were restored.
        """
        names = (key, restored_name(digest_of("key", user_id, key)))
        return await self._one((_C.user_id == user_id) & _C.idempotency_key.in_(names))

    async def insert(self, submission: Submission, ticket: Ticket) -> bool:
        """Write both rows, or neither if the user has used that name or reference; tell which.

        Raises Problem, and writes neither, if that would be more than the user may have.
        """
        new = New(submission, ticket)
        if self._caps is None or not self._caps.any:
            return await self._new.answer(new) or False
        async with transaction(self._engine, self._timeout_s) as connection:
            if not await insert(connection, [new]):
                return False
            await self._caps.check(connection, submission)
        return True

    async def record(self, job_id: UUID, cursor: Cursor) -> None:
        """Note where BuyRequested stands."""
        await self._places.answer((job_id, cursor))

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
        async with transaction(self._lone, self._timeout_s) as connection:
            await connection.execute(delete(VAULT).where(VAULT.c.job_id == job_id))

    async def _insert(self, given: Sequence[New]) -> dict[New, bool]:
        async with transaction(self._lone, self._timeout_s) as connection:
            written = await insert(connection, given)
        return {new: new.submission.job_id in written for new in given}

    async def _note(self, places: Sequence[tuple[UUID, Cursor]]) -> dict[tuple[UUID, Cursor], None]:
        async with transaction(self._lone, self._timeout_s) as connection:
            await note(connection, places)
        return {}

    async def _one(self, condition: Any) -> Submission | None:
        query = select(SUBMISSIONS).where(condition).order_by(_C.job_id).limit(1)
        async with transaction(self._lone, self._timeout_s) as connection:
            row = (await connection.execute(query)).one_or_none()
        return _submission(row) if row else None


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
