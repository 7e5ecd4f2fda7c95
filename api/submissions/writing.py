"""Writing many submissions as one statement, which is committed as a whole or not at all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.submission import Submission
from api.submissions.tickets import Ticket
from buyqueue.log.journal import Cursor

_COLUMNS: Final = {
    "job_id": "uuid",
    "user_id": "text",
    "idempotency_key": "text",
    "fingerprint": "bytea",
    "order": "text",
    "created_at": "timestamptz",
    "sealed_reference": "text",
    "kind": "text",
    "wallet": "text",
    "key_id": "text",
    "ciphertext": "bytea",
    "bound_user_id": "text",
    "reference": "text",
    "signer_id": "uuid",
}
_NAMES: Final = ", ".join(f'"{name}"' for name in _COLUMNS)
_ARRAYS: Final = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _COLUMNS.items())
_INSERT: Final = text(f"""
    WITH given AS (
        SELECT * FROM unnest({_ARRAYS}) AS one({_NAMES})
    ), written AS (
        INSERT INTO submissions (
            job_id, user_id, idempotency_key, fingerprint, "order", created_at, sealed_reference
        )
        SELECT
            job_id, user_id, idempotency_key, fingerprint, CAST("order" AS jsonb), created_at,
            sealed_reference
        FROM given
        ON CONFLICT DO NOTHING
        RETURNING job_id
    ), kept AS (
        INSERT INTO vault (
            job_id, kind, wallet, key_id, ciphertext, user_id, reference, signer_id, created_at
        )
        SELECT
            job_id, kind, wallet, key_id, ciphertext, bound_user_id, reference, signer_id,
            created_at
        FROM given JOIN written USING (job_id)
    )
    SELECT job_id FROM written
""")  # noqa: S608 - the names are those above
_NOTE: Final = text("""
    UPDATE submissions SET "partition" = place.p, "offset" = place.o
    FROM unnest(
        CAST(:jobs AS uuid[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[])
    ) AS place(job, p, o)
    WHERE job_id = place.job
""")


@dataclass(frozen=True, slots=True, eq=False)
class New:
    """A submission, and the ticket beside it."""

    submission: Submission
    ticket: Ticket

    def row(self) -> Mapping[str, Any]:
        """Answer the values of both rows."""
        one = self.submission
        key = self.ticket.row(one.job_id, one.created_at)
        return {
            **{name: key[name] for name in _COLUMNS if name in key},
            "user_id": one.user_id,
            "bound_user_id": key["user_id"],
            "idempotency_key": one.idempotency_key,
            "fingerprint": one.fingerprint,
            "order": json.dumps(dict(one.order_fields), ensure_ascii=False),
            "sealed_reference": self.ticket.reference,
        }


async def insert(connection: AsyncConnection, given: Sequence[New]) -> set[UUID]:
    """Write both rows of each, or neither where its user has used that name or reference.

    Answers the jobs that were written.
    """
    rows = [new.row() for new in given]
    columns = {name: [row[name] for row in rows] for name in _COLUMNS}
    return set((await connection.execute(_INSERT, columns)).scalars())


async def note(connection: AsyncConnection, places: Sequence[tuple[UUID, Cursor]]) -> None:
    """Note where each BuyRequested stands."""
    told = {
        "jobs": [job for job, _ in places],
        "partitions": [cursor.partition for _, cursor in places],
        "offsets": [cursor.offset for _, cursor in places],
    }
    await connection.execute(_NOTE, told)
