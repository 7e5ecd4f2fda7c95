"""Whose a message is: no two jobs ever go for one transaction.

Signatures are deterministic, and a venue may hand the same transaction to two like orders of one
wallet. It would land once, and both would take it for theirs. So the first job that means to sign
a message claims it, and every other one has another built.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.database import DATABASE_ERRORS, database_down
from buyqueue.errors import Code, Retryable
from buyqueue.gathering import Gathering
from buyqueue.tables import MESSAGE_CLAIMS, at_once


def _texts(name: str) -> object:
    return cast(bindparam(name, type_=ARRAY(Text)), ARRAY(Text))


_ASKED: Final = (
    func.unnest(_texts("digests"), _texts("jobs")).table_valued("digest", "job_id").render_derived()
)
_NEW: Final = insert(MESSAGE_CLAIMS).from_select(
    ["digest", "job_id"], select(_ASKED.c.digest, cast(_ASKED.c.job_id, Uuid))
)
_CLAIM: Final = _NEW.on_conflict_do_update(
    index_elements=[MESSAGE_CLAIMS.c.digest],
    # Not a word of whose it is changes: the row is only touched, so that it is returned.
    set_={"job_id": MESSAGE_CLAIMS.c.job_id},
    where=MESSAGE_CLAIMS.c.job_id == _NEW.excluded.job_id,
).returning(MESSAGE_CLAIMS.c.digest, MESSAGE_CLAIMS.c.job_id)

Asked = tuple[str, UUID]
"""A message's digest, and the job that wants it."""


class Taken(Retryable):
    """The message is another job's: a newer blockhash makes another message."""

    def __init__(self) -> None:
        super().__init__(Code.PLATFORM_UNAVAILABLE, "a like order is buying by this transaction")


class Claims:
    """The claims of all workers, in Postgres."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = at_once(engine)
        self._claims = Gathering(self._write)

    async def claim(self, message: bytes, job_id: UUID) -> None:
        """Return once the message is this job's; again and again for the same one.

        Raises Taken if it is another's, Unavailable if Postgres does not answer: nothing may be
        signed or shown then.
        """
        if not await self._claims.answer((sha256(message).hexdigest(), job_id)):
            raise Taken

    async def end(self) -> None:
        """Ask Postgres nothing more, and leave no connection open."""
        await self._claims.end()

    async def _write(self, asked: Sequence[Asked]) -> dict[Asked, bool]:
        # Each message once, for who came first. In one order everywhere: no two workers deadlock.
        first = dict(sorted(dict(reversed(asked)).items()))
        told = {"digests": list(first), "jobs": [str(job_id) for job_id in first.values()]}
        try:
            async with self._engine.connect() as connection:
                rows = await connection.execute(_CLAIM, told)
                return {(row.digest, row.job_id): True for row in rows}
        except DATABASE_ERRORS as error:
            raise database_down("the claims", error) from None
