"""The one way to read the projection."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from buyqueue.database import DATABASE_ERRORS
from buyqueue.errors import Code, Unavailable
from projections.finding import Found, Search, jobs_query
from projections.store import read_offsets
from projections.tables import BUY_EVENTS, BUYS_TABLE
from projections.tally import Tally, ended_query, open_query, tally_of, unreadable_query
from projections.views import Entry, Job, Missed

BEGINNING: Final = -1
"""The cursor before every event: cursors are strict lower bounds."""


class Queries:
    """Reads the projection. It may be behind the log: `positions` tells by how much.

    Every method raises Unavailable(DATABASE_UNAVAILABLE) if Postgres does not answer.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def job(self, job_id: UUID) -> Job | None:
        """Look up a buy; None if the projection has not read of it."""
        found = await self._rows(select(BUYS_TABLE).where(BUYS_TABLE.c.job_id == job_id))
        return Job.of(found[0]) if found else None

    async def find(self, search: Search) -> Found:
        """List the buys that somebody looks for, newest first, and how far the projection was."""
        async with self._reading() as connection:
            # Asked for first: the rows may be newer than that, and never older.
            positions = await read_offsets(connection)
            rows = list(await connection.execute(jobs_query(search)))
        return Found([Job.of(row) for row in rows], positions)

    async def tally(self, since: datetime) -> Tally:
        """Count how all buys stand now, and how those that ended since then have ended."""
        async with self._reading() as connection:
            standing = list(await connection.execute(open_query()))
            ended = list(await connection.execute(ended_query(since)))
            unreadable = (await connection.execute(unreadable_query())).scalar_one()
        return tally_of(standing, ended, unreadable)

    async def positions(self) -> dict[int, int]:
        """Answer how far the projection reaches: each partition's next offset."""
        async with self._reading() as connection:
            return await read_offsets(connection)

    async def history(self, job_id: UUID) -> list[Entry]:
        """Answer all events of a buy in log order, the ignored ones too."""
        return await self.events_of_job(job_id)

    async def events_of_job(
        self,
        job_id: UUID,
        after_cursor: int = BEGINNING,
        *,
        upto: int | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Answer a buy's events behind this cursor, and no later than `upto`, in log order."""
        columns = BUY_EVENTS.c
        query = select(BUY_EVENTS).where(columns.job_id == job_id, columns.cursor > after_cursor)
        if upto is not None:
            query = query.where(columns.cursor <= upto)
        rows = await self._rows(query.order_by(columns.cursor).limit(limit))
        return [Entry.of(row) for row in rows]

    async def events_of_users(
        self, missed: Sequence[Missed], *, limit: int | None = None
    ) -> list[tuple[int, Entry]]:
        """Answer what many have missed, in one query: by their number here, partition, cursor.

        A partition that `after` does not name is read from its beginning; only those of `upto`
        are. An event that several missed is read once, and is one object.
        """
        spans = [
            (number, one.user_id, partition, one.after.get(partition, BEGINNING), last)
            for number, one in enumerate(missed)
            for partition, last in one.upto.items()
        ]
        if not spans:
            return []
        numbers, users, partitions, after, upto = map(list, zip(*spans, strict=True))
        span = (
            func.unnest(
                literal(numbers, ARRAY(Integer)),
                literal(users, ARRAY(Text)),
                literal(partitions, ARRAY(Integer)),
                literal(after, ARRAY(BigInteger)),
                literal(upto, ARRAY(BigInteger)),
            )
            .table_valued(
                column("number", Integer),
                column("user_id", Text),
                column("partition", Integer),
                column("after", BigInteger),
                column("upto", BigInteger),
                name="span",
            )
            .render_derived()
        )
        columns = BUY_EVENTS.c
        query = (
            select(span.c.number, BUY_EVENTS)
            .join(
                BUY_EVENTS,
                and_(
                    columns.user_id == span.c.user_id,
                    columns.partition == span.c.partition,
                    columns.cursor > span.c.after,
                    columns.cursor <= span.c.upto,
                ),
            )
            .order_by(span.c.number, columns.partition, columns.cursor)
            .limit(limit)
        )
        read: dict[tuple[int, int], Entry] = {}
        found = []
        for row in await self._rows(query):
            place = (row.partition, row.cursor)
            if place not in read:
                read[place] = Entry.of(row)
            found.append((row.number, read[place]))
        return found

    async def events_of_everybody(
        self, after: Mapping[int, int], upto: Mapping[int, int], limit: int
    ) -> list[Entry]:
        """Answer all events behind these cursors and up to those, by partition, then cursor.

        A partition that `after` does not name is read from its beginning; only those of `upto` are.
        """
        found: list[Entry] = []
        columns = BUY_EVENTS.c
        for partition, last in sorted(upto.items()):
            first = after.get(partition, BEGINNING)
            if first >= last or len(found) >= limit:
                continue
            query = select(BUY_EVENTS).where(
                columns.partition == partition, columns.cursor > first, columns.cursor <= last
            )
            query = query.order_by(columns.cursor).limit(limit - len(found))
            found += [Entry.of(row) for row in await self._rows(query)]
        return found

    async def histories(self, job_ids: Collection[UUID]) -> list[Entry]:
        """Answer the events that counted of all these buys, by partition, then cursor."""
        columns = BUY_EVENTS.c
        wanted = func.any(literal(list(job_ids), ARRAY(Uuid)))
        query = select(BUY_EVENTS).where(columns.job_id == wanted, columns.ignored.is_(None))
        rows = await self._rows(query.order_by(columns.partition, columns.cursor))
        return [Entry.of(row) for row in rows]

    async def _rows(self, query: Select[Any]) -> list[Any]:
        async with self._reading() as connection:
            return list(await connection.execute(query))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as connection:
                yield connection
        except DATABASE_ERRORS as error:
            raise Unavailable(
                Code.DATABASE_UNAVAILABLE, f"Postgres: {type(error).__name__}"
            ) from error
