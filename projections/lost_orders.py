"""Orders that the log has and Postgres has lost: their submissions, written again.

A submission is how an order that is repeated is known for what it is. After a restore from a
backup, those of orders that came later are gone; until they are restored, a repeat is bought again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.events.envelope import Envelope
from buyqueue.events.events import BuyRequested
from buyqueue.idempotency import restored_name
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Poison, Recorded, read_record
from buyqueue.tables import SUBMISSIONS

_NOT_THE_ORDER: Final = {*Envelope.model_fields, "type"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was read, and how many submissions were missing."""

    records: int
    orders: int


async def restore(engine: AsyncEngine, reader: LogReader) -> Restored:
    """Read the log from its beginning to its present end, and write each submission it misses.

    What is there stays as it is, so doing it again adds nothing. Keys are not in the log: a buy
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
    # Of orders that share a name, as a repeat does that was bought again, one has it.
    unnamed = [{**row, "idempotency_key": None, "sealed_reference": None} for row in rows]
    async with engine.begin() as connection:
        written = [(await connection.execute(statement, told)).all() for told in (rows, unnamed)]
    return sum(map(len, written))


def _row(record: Recorded | Poison) -> Mapping[str, Any] | None:
    if isinstance(record, Poison) or not isinstance(event := record.event, BuyRequested):
        return None
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
