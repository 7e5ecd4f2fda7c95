"""What the projector says to Postgres. Every function runs within the caller's transaction."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Table,
    Uuid,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import State
from buyqueue.events.codec import Event, decode
from projections.fold import Changes
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
        .where(columns.partition.in_(wanted))
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
    if changes.events:
        await connection.execute(insert(BUY_EVENTS), changes.events)
    if changes.poison:
        await connection.execute(insert(POISON_RECORDS), changes.poison)
    if changes.buys:
        await connection.execute(_UPSERT, list(changes.buys.values()))
    await connection.execute(_ADVANCE, [{"place": p, "to": n} for p, n in offsets.items()])


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
_ADVANCE = (
    update(PROJECTION_OFFSETS)
    .where(PROJECTION_OFFSETS.c.partition == bindparam("place"))
    .values(next_offset=bindparam("to"))
)
