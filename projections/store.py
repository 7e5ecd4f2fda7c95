"""What the projector says to Postgres. Every function runs within the caller's transaction."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    Uuid,
    bindparam,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import State
from buyqueue.events.codec import Event, decode
from projections.copying import copy_text
from projections.fold import Changes, EventRow, PoisonRow
from projections.rows import KEPT
from projections.tables import BUY_EVENTS, BUYS_TABLE, POISON_RECORDS, PROJECTION_OFFSETS


async def read_offsets(connection: AsyncConnection) -> dict[int, int]:
    """Answer each known partition's next offset."""
    found = await connection.execute(
        select(PROJECTION_OFFSETS.c.partition, PROJECTION_OFFSETS.c.next_offset)
    )
    return {row.partition: row.next_offset for row in found}


async def lock_offsets(connection: AsyncConnection, partitions: Collection[int]) -> dict[int, int]:
    """Take these partitions for this transaction; answer their next offsets, 0 for new ones.

    Whoever else writes them waits until it ends. Taken in order, so nobody waits in a ring.
    """
    columns = PROJECTION_OFFSETS.c
    wanted = sorted(partitions)
    chosen = (
        select(columns.partition, columns.next_offset)
        # One array, so that the statement is the same for any number: it stays prepared.
        .where(columns.partition == func.any(literal(wanted, ARRAY(Integer))))
        .order_by(columns.partition)
        .with_for_update()
    )
    held = {row.partition: row.next_offset for row in await connection.execute(chosen)}
    if len(held) < len(wanted):
        missing = [{"partition": p, "next_offset": 0} for p in wanted if p not in held]
        fresh = postgresql.insert(PROJECTION_OFFSETS).on_conflict_do_nothing()
        await connection.execute(fresh, missing)
        held = {row.partition: row.next_offset for row in await connection.execute(chosen)}
    return held


async def load_states(
    connection: AsyncConnection, jobs: Collection[UUID], events: Table = BUY_EVENTS
) -> dict[UUID, State]:
    """Fold the accepted events of these buys; a buy without any is not in the answer."""
    columns = events.c
    found = await connection.execute(
        select(columns.job_id, columns.body)
        .where(
            columns.job_id == func.any(literal(list(jobs), ARRAY(Uuid))), columns.ignored.is_(None)
        )
        .order_by(columns.job_id, columns.cursor)
    )
    histories: defaultdict[UUID, list[Event]] = defaultdict(list)
    for row in found:
        histories[row.job_id].append(decode(row.body.encode()))
    return {job: fold(events) for job, events in histories.items()}


async def write(connection: AsyncConnection, changes: Changes, offsets: dict[int, int]) -> None:
    """Store a batch, and that these are the next offsets."""
    await copy_in(connection, BUY_EVENTS, EventRow._fields, copy_text(changes.events))
    await copy_in(connection, POISON_RECORDS, PoisonRow._fields, copy_text(changes.poison))
    if changes.buys:
        await connection.execute(_UPSERT, list(changes.buys.values()))
    places = {"places": list(offsets), "ends": list(offsets.values())}
    await connection.execute(_ADVANCE, places)


async def copy_in(
    connection: AsyncConnection, table: Table, columns: Sequence[str], rows: bytes
) -> None:
    """Add rows, as `copy_text` writes them, within the caller's transaction, which has begun."""
    if not rows:
        return

    async def whole() -> AsyncIterator[bytes]:
        yield rows

    raw = await connection.get_raw_connection()
    await raw.driver_connection.copy_to_table(  # type: ignore[union-attr]
        table.name, schema_name=table.schema, columns=columns, source=whole(), format="text"
    )


def _upsert() -> postgresql.Insert:
    statement = postgresql.insert(BUYS_TABLE)
    new = statement.excluded
    changed: dict[str, ColumnElement[Any]] = {}
    for column in BUYS_TABLE.c:
        proposed = new[column.name]
        if not column.primary_key:
            kept = column.name in KEPT
            changed[column.name] = func.coalesce(proposed, column) if kept else proposed
    return statement.on_conflict_do_update(index_elements=["job_id"], set_=changed)


_UPSERT = _upsert()
_MOVED = (
    func.unnest(
        bindparam("places", type_=ARRAY(Integer)), bindparam("ends", type_=ARRAY(BigInteger))
    )
    .table_valued("place", "ending", name="moved")
    .render_derived()
)
_ADVANCE = (
    update(PROJECTION_OFFSETS)
    .where(PROJECTION_OFFSETS.c.partition == _MOVED.c.place)
    .values(next_offset=_MOVED.c.ending)
)
