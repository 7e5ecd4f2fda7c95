"""Orders that the log has and Postgres has lost: their submissions, written again.

A submission is how an order that is repeated is known for what it is. After a restore from a
backup, those of orders that came later are gone; until they are restored, a repeat is bought again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.events.envelope import Envelope
from buyqueue.events.events import BuyRequested
from buyqueue.idempotency import RESTORED, restored_name
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Poison, Recorded, read_record
from buyqueue.tables import SUBMISSIONS
from projections.rows import storable_json

_NOT_THE_ORDER: Final = {*Envelope.model_fields, "type"}
_NO_NAMES: Final = {"idempotency_key": None, "sealed_reference": None}
_TAKEN: Final = text("""
    SELECT
        given.job_id,
        EXISTS (
            SELECT FROM submissions AS plain
            WHERE plain.user_id = given.user_id AND plain.idempotency_key IS NOT NULL
            AND given.idempotency_key = :prefix || (plain."order" #>> '{idempotency,key}')
        ) AS idempotency_key,
        EXISTS (
            SELECT FROM submissions AS plain
            WHERE plain.user_id = given.user_id AND plain.sealed_reference IS NOT NULL
            AND given.sealed_reference = :prefix || (plain."order" #>> '{idempotency,reference}')
        ) AS sealed_reference
    FROM json_to_recordset(CAST(:rows AS json)) AS given(
        job_id uuid, user_id text, idempotency_key text, sealed_reference text
    )
    WHERE NOT EXISTS (SELECT FROM submissions AS known WHERE known.job_id = given.job_id)
""")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was read, and how many submissions were missing."""

    records: int
    orders: int


async def restore(engine: AsyncEngine, reader: LogReader) -> Restored:
    """Read the log from its beginning to its present end, and write each submission it misses.

    What is there stays as it is, so doing it again adds nothing; a name that an order there has is
    not given to a second one. Keys are not in the log: a buy
    that is open and has lost its key still fails. Raises Unavailable, and what SQLAlchemy raises.
    """
    partitions = await reader.partitions()
    starts, ends = await reader.starts(partitions), await reader.ends(partitions)
    records = orders = 0
    async for batch in reader.scan(starts, ends):
        found = [
            read_record(place, one.offset, one.key, one.value)
            for place, many in batch.items()
            for one in many
        ]
        records += len(found)
        orders += await _write(engine, [row for one in found if (row := _row(one))])
    return Restored(records, orders)


async def _write(engine: AsyncEngine, rows: Sequence[Mapping[str, Any]]) -> int:
    if not rows:
        return 0
    statement = insert(SUBMISSIONS).on_conflict_do_nothing().returning(SUBMISSIONS.c.job_id)
    async with engine.begin() as connection:
        taken = await _taken(connection, rows)
        named = [{**row, **taken.get(row["job_id"], {})} for row in rows]
        # Of orders that share a name, as a repeat does that was bought again, one has it.
        unnamed = [{**row, **_NO_NAMES} for row in rows]
        written = [(await connection.execute(statement, told)).all() for told in (named, unnamed)]
    return sum(map(len, written))


async def _taken(
    connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
) -> dict[UUID, Mapping[str, None]]:
    """Answer which names a lost order cannot have back: its user's repeat has them in plain.

    Of those no constraint knows, for a name and its digest are two texts.
    """
    told = ("job_id", "user_id", *_NO_NAMES)
    given = [{name: row[name] for name in told} for row in rows]
    found = await connection.execute(
        _TAKEN, {"rows": json.dumps(given, default=str, ensure_ascii=False), "prefix": RESTORED}
    )
    return {row.job_id: {name: None for name in _NO_NAMES if getattr(row, name)} for row in found}


def _row(record: Recorded | Poison) -> Mapping[str, Any] | None:
    if isinstance(record, Poison) or not isinstance(event := record.event, BuyRequested):
        return None
    text_of = event.model_dump_json()
    if storable_json(text_of) != text_of:
        return None  # no api has taken an order with a NUL, and Postgres cannot hold one
    names = event.idempotency
    return {
        "job_id": event.job_id,
        "user_id": event.user_id,
        "idempotency_key": restored_name(names.key) if names and names.key else None,
        "fingerprint": bytes.fromhex(names.order) if names else b"",
        "order": event.model_dump(mode="json", exclude=_NOT_THE_ORDER),
        "created_at": event.occurred_at,
        "partition": record.partition,
        "offset": record.offset,
        "sealed_reference": restored_name(names.reference) if names and names.reference else None,
    }
