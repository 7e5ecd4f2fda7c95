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
from buyqueue.idempotency import RESTORED
from buyqueue.log.journal import Cursor

_COLUMNS: Final = {
    "job_id": "uuid",
    "user_id": "text",
    "idempotency_key": "text",
    "fingerprint": "text",
    "order": "jsonb",
    "created_at": "timestamptz",
    "sealed_reference": "text",
    "kind": "text",
    "wallet": "text",
    "key_id": "text",
    "ciphertext": "text",
    "bound_user_id": "text",
    "reference": "text",
    "signer_id": "uuid",
}
# As JSON: of most arrays, the driver would have to ask Postgres for their types.
_TYPES: Final = ", ".join(f'"{name}" {kind}' for name, kind in _COLUMNS.items())
_INSERT: Final = text(f"""
    WITH given AS (
        SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS one({_TYPES})
    ), written AS (
        INSERT INTO submissions (
            job_id, user_id, idempotency_key, fingerprint, "order", created_at, sealed_reference
        )
        SELECT
            job_id, user_id, idempotency_key, decode(fingerprint, 'hex'), "order", created_at,
            sealed_reference
        FROM given
        WHERE NOT EXISTS (
            SELECT FROM submissions AS restored
            WHERE restored.user_id = given.user_id
            AND restored.idempotency_key = :prefix || (given."order" #>> '{{idempotency,key}}')
        ) AND NOT EXISTS (
            SELECT FROM submissions AS restored
            WHERE restored.user_id = given.user_id AND restored.sealed_reference =
                :prefix || (given."order" #>> '{{idempotency,reference}}')
        )
        ORDER BY user_id, idempotency_key, sealed_reference
        ON CONFLICT DO NOTHING
        RETURNING job_id
    ), kept AS (
        INSERT INTO vault (
            job_id, kind, wallet, key_id, ciphertext, user_id, reference, signer_id, created_at
        )
        SELECT
            job_id, kind, wallet, key_id, decode(ciphertext, 'hex'), bound_user_id, reference,
            signer_id, created_at
        FROM given JOIN written USING (job_id)
    )
    SELECT job_id FROM written
""")  # noqa: S608 - the names are those above
_NOTE: Final = text("""
    UPDATE submissions SET "partition" = place.p, "offset" = place.o
    FROM json_to_recordset(CAST(:places AS json)) AS place(job uuid, p int, o bigint)
    WHERE job_id = place.job
""")


@dataclass(frozen=True, slots=True, eq=False)
class New:
    """A submission, and the ticket beside it."""

    submission: Submission
    ticket: Ticket

    def row(self) -> Mapping[str, Any]:
        """Answer the values of both rows, JSON-ready; bytes as hex."""
        one = self.submission
        key = self.ticket.row(one.job_id, one.created_at)
        signer, ciphertext = key["signer_id"], key["ciphertext"]
        return {
            **{name: key[name] for name in ("kind", "wallet", "key_id", "reference")},
            "job_id": str(one.job_id),
            "user_id": one.user_id,
            "idempotency_key": one.idempotency_key,
            "fingerprint": one.fingerprint.hex(),
            "order": dict(one.order_fields),
            "created_at": one.created_at.isoformat(),
            "sealed_reference": self.ticket.reference,
            "ciphertext": None if ciphertext is None else ciphertext.hex(),
            "bound_user_id": key["user_id"],
            "signer_id": None if signer is None else str(signer),
        }


async def insert(connection: AsyncConnection, given: Sequence[New]) -> set[UUID]:
    """Write both rows of each, or neither where its user has used that name or reference.

    Restored submissions count, whose names are digests. Each waits for others who are writing the
    same name, all in one order: two who have the same two names do not wait for each other.

    Answers the jobs that were written.
    """
    rows = _json([new.row() for new in given])
    told = {"rows": rows, "prefix": RESTORED}
    return set((await connection.execute(_INSERT, told)).scalars())


async def note(connection: AsyncConnection, places: Sequence[tuple[UUID, Cursor]]) -> None:
    """Note where each BuyRequested stands."""
    told = [{"job": str(job), "p": at.partition, "o": at.offset} for job, at in places]
    await connection.execute(_NOTE, {"places": _json(told)})


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    # Escapes are refused by a database that is not UTF-8.
    return json.dumps(rows, ensure_ascii=False)
