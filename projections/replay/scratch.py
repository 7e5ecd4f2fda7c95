"""A second copy of the projection's tables, in a schema of its own, filled from the log."""

import asyncio
import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import MetaData, Table, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable

from buyqueue.buy.state import State
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded
from projections.fold import Changes, Wire, fold_batch, is_open, read_wire
from projections.rows import Row, later
from projections.store import load_states
from projections.tables import (
    BUY_EVENTS,
    BUYS_TABLE,
    POISON_RECORDS,
    PROJECTION_OFFSETS,
    Payload,
)

SCHEMA: Final = "buyq_replay"
LIVE: Final = (BUYS_TABLE, BUY_EVENTS, POISON_RECORDS, PROJECTION_OFFSETS)
AT_ONCE: Final = 4_000
"""Records folded and copied at once."""
_METADATA: Final = MetaData()
BUYS, EVENTS, POISON, OFFSETS = (t.to_metadata(_METADATA, schema=SCHEMA) for t in LIVE)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for garbage cycles seldom for a while: in a process that does nothing but replay.

    A replay makes millions of small objects and hardly a cycle; looking through them took two
    fifths of its time (measured).
    """
    before = gc.get_threshold()
    gc.set_threshold(500_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Scratch:
    """Fills the copy within the caller's one transaction: what is not committed leaves nothing.

    The fold is the projector's. A buy that can still change is kept in memory until `flush`.
    """

    def __init__(self, connection: AsyncConnection, reader: LogReader) -> None:
        self._connection = connection
        self._reader = reader
        self._states: dict[UUID, State] = {}
        self._open: dict[UUID, Row] = {}
        self._writing: asyncio.Task[None] | None = None
        self.positions: dict[int, int] = {}
        self.events = 0

    async def create(self) -> None:
        """Make the tables, without the indexes that slow their filling down."""
        await self._connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        for table in _METADATA.sorted_tables:
            await self._connection.execute(CreateTable(table))

    async def fill(self, ends: Mapping[int, int]) -> None:
        """Read each partition from its beginning to its end, one after the other."""
        starts = await self._reader.starts(list(ends))
        for partition, end in sorted(ends.items()):
            if end:
                await self._read(partition, starts[partition], end, load=False)
            # What is over is found in the table from now on, if anything still comes of it.
            self._states = {job: state for job, state in self._states.items() if is_open(state)}

    async def index(self) -> None:
        """Make the indexes."""
        for table in _METADATA.sorted_tables:
            for index in sorted(table.indexes, key=lambda one: str(one.name)):
                await self._connection.execute(CreateIndex(index))

    async def catch_up(self, ends: Mapping[int, int]) -> None:
        """Read on from where it stands; the indexes are there."""
        for partition, end in sorted(ends.items()):
            start = self.positions.get(partition, 0)
            if start < end:
                await self._read(partition, start, end, load=True)

    async def flush(self) -> None:
        """Write what is still in memory: the open buys, and the offsets."""
        await self._copy(BUYS, list(self._open.values()))
        self._open = {}
        if self.positions:
            places = [{"partition": p, "next_offset": n} for p, n in self.positions.items()]
            await self._connection.execute(insert(OFFSETS), places)

    async def _read(self, partition: int, start: int, end: int, *, load: bool) -> None:
        scanned = self._reader.scan({partition: start}, {partition: end}, at_once=AT_ONCE)
        async for batch in scanned:
            wires = [read_wire(partition, record) for record in batch[partition]]
            if load:
                await self._written()
                await self._load(wires)
            changes = Changes()
            fold_batch(self._states, wires, changes)
            copies = self._copies(changes)
            await self._written()
            # Postgres writes this batch while the next one is read and folded.
            self._writing = asyncio.create_task(self._write(copies))
        await self._written()
        self.positions[partition] = end

    async def _written(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

    async def _load(self, wires: list[Wire]) -> None:
        jobs = {w.record.event.job_id for w in wires if isinstance(w.record, Recorded)}
        if unknown := jobs - self._states.keys():
            self._states |= await load_states(self._connection, unknown, EVENTS)

    def _copies(self, changes: Changes) -> list[tuple[Table, list[Row]]]:
        self.events += len(changes.events) + len(changes.poison)
        closed: list[Row] = []
        for job, row in changes.buys.items():
            whole = later(self._open.pop(job, None), row)
            if is_open(self._states[job]):
                self._open[job] = whole
            else:
                closed.append(whole)
        return [(EVENTS, changes.events), (POISON, changes.poison), (BUYS, closed)]

    async def _write(self, copies: list[tuple[Table, list[Row]]]) -> None:
        for table, rows in copies:
            await self._copy(table, rows)

    async def _copy(self, table: Table, rows: list[Row]) -> None:
        if not rows:
            return
        raw = await self._connection.get_raw_connection()
        names = [column.name for column in table.c]
        payloads = {column.name for column in table.c if isinstance(column.type, Payload)}
        await raw.driver_connection.copy_records_to_table(  # type: ignore[union-attr]
            table.name,
            schema_name=SCHEMA,
            columns=names,
            records=[_values(row, names, payloads) for row in rows],
        )


def _values(row: Row, names: list[str], payloads: set[str]) -> tuple[Any, ...]:
    return tuple(
        json.dumps(row[name], ensure_ascii=False)
        if name in payloads and row[name] is not None
        else row[name]
        for name in names
    )
