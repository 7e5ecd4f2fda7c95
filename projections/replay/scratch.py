"""A second copy of the projection's tables, in a schema of its own, filled from the log."""

import asyncio
from collections.abc import Mapping
from typing import Final

from sqlalchemy import MetaData, Table, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable

from buyqueue.log.reader import LogReader
from projections.fold import EventRow, PoisonRow, read_wire
from projections.replay.lane import Copied, Lane
from projections.replay.lanes import Folding, folding, lanes_for
from projections.store import copy_in, load_states
from projections.tables import BUY_EVENTS, BUYS_TABLE, POISON_RECORDS, PROJECTION_OFFSETS

SCHEMA: Final = "buyq_replay"
LIVE: Final = (BUYS_TABLE, BUY_EVENTS, POISON_RECORDS, PROJECTION_OFFSETS)
AT_ONCE: Final = 4_000
"""Records folded and copied at once."""
_METADATA: Final = MetaData()
BUYS, EVENTS, POISON, OFFSETS = (t.to_metadata(_METADATA, schema=SCHEMA) for t in LIVE)


class Scratch:
    """Fills the copy within the caller's one transaction: what is not committed leaves nothing.

    The fold is the projector's, shared out to lanes; this process reads the log and copies what
    they make of it into Postgres, at the same time.
    """

    def __init__(self, connection: AsyncConnection, reader: LogReader) -> None:
        self._connection = connection
        self._reader = reader
        self._copying = asyncio.Lock()
        self._rest = Lane()
        self.positions: dict[int, int] = {}
        self.events = 0

    async def create(self) -> None:
        """Make the tables, without the indexes that slow their filling down."""
        await self._connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        for table in _METADATA.sorted_tables:
            await self._connection.execute(CreateTable(table))
            await self._alter(table, f"DROP CONSTRAINT {table.name}_pkey")

    async def fill(self, ends: Mapping[int, int], *, processes: int | None = None) -> None:
        """Read each partition from its beginning to its end, as many at once as there are lanes.

        `processes` are so many lanes, each a process; 0 is one lane in this process, None what
        suits the log.
        """
        starts = await self._reader.starts(list(ends))
        sizes = {partition: end - starts[partition] for partition, end in ends.items()}
        if processes is None:
            processes = lanes_for(sum(sizes.values()))
        # The like-sized together, so that no lane waits long for another.
        left = sorted((p for p, end in ends.items() if end), key=lambda p: (-sizes[p], p))
        async with folding(processes) as lanes:
            for first in range(0, len(left), len(lanes)):
                chosen = dict(zip(left[first : first + len(lanes)], lanes, strict=False))
                await self._read_side_by_side(chosen, starts, ends)
            for lane in lanes:
                await lane.ask("open_buys")
                self._rest.take_over(*await lane.answer())
        self.positions |= {partition: ends[partition] for partition in left}

    async def index(self) -> None:
        """Make the indexes."""
        for table in _METADATA.sorted_tables:
            await self._alter(
                table, f"ADD PRIMARY KEY ({', '.join(c.name for c in table.primary_key)})"
            )
            for index in sorted(table.indexes, key=lambda one: str(one.name)):
                await self._connection.execute(CreateIndex(index))

    async def catch_up(self, ends: Mapping[int, int]) -> None:
        """Read on from where it stands; the indexes are there."""
        for partition, end in sorted(ends.items()):
            start = self.positions.get(partition, 0)
            if start < end:
                await self._read_on(partition, start, end)

    async def flush(self) -> None:
        """Write what is still in memory: the open buys, and the offsets."""
        await copy_in(self._connection, BUYS, *self._rest.flush())
        if self.positions:
            places = [{"partition": p, "next_offset": n} for p, n in self.positions.items()]
            await self._connection.execute(insert(OFFSETS), places)

    async def _read_side_by_side(
        self, lanes: Mapping[int, Folding], starts: Mapping[int, int], ends: Mapping[int, int]
    ) -> None:
        """Read some partitions, each with its lane; raises the first of what fails."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for lane in lanes.values():
                    tasks.create_task(self._copy_answers(lane))
                await self._ask(lanes, starts, ends)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _ask(
        self, lanes: Mapping[int, Folding], starts: Mapping[int, int], ends: Mapping[int, int]
    ) -> None:
        scanned = self._reader.scan(
            {partition: starts[partition] for partition in lanes},
            {partition: ends[partition] for partition in lanes},
            at_once=AT_ONCE * len(lanes),
        )
        async for batch in scanned:
            for partition, records in batch.items():
                raws = [(one.offset, one.key, one.value) for one in records]
                await lanes[partition].ask("fold", partition, raws)
        for lane in lanes.values():
            # What is over is found in the table from now on, if anything still comes of it.
            await lane.ask("forget")

    async def _copy_answers(self, lane: Folding) -> None:
        while copied := await lane.answer():
            await self._copy(copied)

    async def _read_on(self, partition: int, start: int, end: int) -> None:
        scanned = self._reader.scan({partition: start}, {partition: end}, at_once=AT_ONCE)
        async for batch in scanned:
            wires = [read_wire(partition, r.offset, r.key, r.value) for r in batch[partition]]
            if unknown := self._rest.unknown(wires):
                self._rest.states |= await load_states(self._connection, unknown, EVENTS)
            await self._copy(self._rest.fold_wires(wires))
        self.positions[partition] = end

    async def _alter(self, table: Table, how: str) -> None:
        await self._connection.execute(text(f"ALTER TABLE {SCHEMA}.{table.name} {how}"))

    async def _copy(self, copied: Copied) -> None:
        async with self._copying:
            self.events += copied.records
            await copy_in(self._connection, EVENTS, EventRow._fields, copied.events)
            await copy_in(self._connection, POISON, PoisonRow._fields, copied.poison)
            await copy_in(self._connection, BUYS, *copied.buys)
