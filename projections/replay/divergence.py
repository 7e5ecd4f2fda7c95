"""Whether the projection is what a replay of the log gives."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.log.reader import LogReader
from projections.replay.scratch import LIVE, OFFSETS, SCHEMA, Scratch
from projections.store import read_offsets
from projections.tables import WireText


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one table that only one side has; a changed row is counted on both."""

    table: str
    only_live: int
    only_replayed: int
    examples: tuple[str, ...]
    """Primary keys, a few of them."""


async def divergence(engine: AsyncEngine, reader: LogReader) -> tuple[int, list[Difference]]:
    """Replay the log as far as the projection reaches; answer how many records, and what differs.

    A projection that is ahead of the log differs in its offsets, and in what it has read there.
    Sees the projection as it is at one moment, changes nothing, and leaves nothing behind: it is
    one transaction that is rolled back. Raises Unavailable, and what SQLAlchemy raises.
    """
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        offsets = await read_offsets(connection)
        scratch = Scratch(connection, reader)
        await scratch.create()
        await scratch.fill(await reader.within(offsets))
        await scratch.flush()
        pairs = [(live, OFFSETS.metadata.tables[f"{SCHEMA}.{live.name}"]) for live in LIVE]
        found = [await _compare(connection, live, replayed) for live, replayed in pairs]
        await connection.rollback()
    return scratch.events, [one for one in found if one.only_live or one.only_replayed]


async def _compare(connection: AsyncConnection, live: Table, replayed: Table) -> Difference:
    here, keys = await _only_in(connection, live, replayed)
    there, others = await _only_in(connection, replayed, live)
    return Difference(live.name, here, there, tuple(dict.fromkeys([*keys, *others]))[:5])


async def _only_in(connection: AsyncConnection, one: Table, other: Table) -> tuple[int, list[str]]:
    left, right = (select(*(_comparable(column) for column in table.c)) for table in (one, other))
    rest = left.except_all(right).subquery()
    count = (await connection.execute(select(func.count()).select_from(rest))).scalar_one()
    key = [rest.c[column.name] for column in one.primary_key]
    rows = await connection.execute(select(*key).order_by(*key).limit(5))
    return count, [":".join(str(value) for value in row) for row in rows]


def _comparable(column: Any) -> Any:
    """Compare JSON letter by letter: Postgres has no equality for it."""
    return column.type.column_expression(column).label(column.name) if _is_json(column) else column


def _is_json(column: Any) -> bool:
    return isinstance(column.type, WireText)
