"""The live half of the relay: from the log to the audience."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.relay.told import OpenBuys
from api.relay.viewer import Audience
from buyqueue.clock import Clock
from buyqueue.database import DATABASE_ERRORS
from buyqueue.ending import end
from buyqueue.errors import Code, Retryable, Unavailable
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Poison, Recorded
from buyqueue.logs import get_logger
from buyqueue.tables import LOW_WATER_MARKS
from buyqueue.tracing.consuming import consumed
from buyqueue.tracing.spans import OFF, Spans
from projections.outage import LOG_ERRORS, Backoff

SLICE: Final = 200
"""Records folded at once; then the other tasks of the process have their turn."""
GROUP: Final = "buyq-relay"
"""As traces name it; Kafka knows of no such group."""

GATHER_S: Final = 0.01
"""After something came: what comes meanwhile is fetched together, and sent together."""

log = get_logger(__name__)


class Feed:
    """Reads the whole log from its low-water marks and tells each change to the audience once.

    Waits for Kafka and Postgres where they are away and goes on from where it was.
    """

    def __init__(
        self,
        *,
        open_reader: Callable[[], LogReader],
        engine: AsyncEngine,
        clock: Clock,
        audience: Audience,
        spans: Spans = OFF,
    ) -> None:
        self._spans = spans
        self._open_reader = open_reader
        self._engine = engine
        self._audience = audience
        self._clock = clock
        self._backoff = Backoff(clock)
        self._buys = OpenBuys()
        self._positions: dict[int, int] = {}
        self._caught_up = False
        self._task: asyncio.Task[None] | None = None

    @property
    def healthy(self) -> bool:
        """False once it has ended, by a bug: it never ends by itself."""
        return self._task is not None and not self._task.done()

    @property
    def live(self) -> bool:
        """Whether it has read all that was in the log when it started, and still reads."""
        return self.healthy and self._caught_up

    @property
    def positions(self) -> Mapping[int, int]:
        """For each partition the next offset: all before it was told."""
        return self._positions

    @property
    def open_buys(self) -> int:
        """How many buys can still change."""
        return len(self._buys)

    def start(self) -> None:
        """Begin to read. Answers at once; `live` says when it has caught up."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop reading."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        try:
            while True:
                try:
                    await self._read()
                except (Retryable, *LOG_ERRORS, *DATABASE_ERRORS) as error:
                    log.error("relay.waiting", error=repr(error))  # noqa: TRY400
                    await self._backoff.wait()
        except Exception:
            # The process must not seem well: its health looks at us, and says no.
            log.critical("relay.crashed", exc_info=True)

    async def _read(self) -> None:
        async with self._open_reader() as reader:
            partitions = await reader.partitions()
            if not partitions:
                raise Unavailable(Code.LOG_UNAVAILABLE, "the topic is not there yet")
            if new := [p for p in partitions if p not in self._positions]:
                marks = await self._low_water_marks()
                self._positions |= {p: marks.get(p, 0) for p in new}
            ends = await reader.ends(partitions)
            for partition, end in ends.items():
                if end < self._positions[partition]:
                    raise _went_back(partition, end)
            reader.start_at(self._positions)
            while True:
                records = await reader.read()
                await self._take(records)
                self._backoff.reset()
                if not self._caught_up and all(self._positions[p] >= ends[p] for p in ends):
                    self._caught_up = True
                    log.info("relay.live", open_buys=len(self._buys), partitions=len(ends))
                if records and self._caught_up:
                    await self._clock.sleep(GATHER_S)

    async def _take(self, records: list[Recorded | Poison]) -> None:
        for number, record in enumerate(records, start=1):
            # A reader that is out of range starts again from the beginning: the log was cut.
            if record.offset < self._positions[record.partition]:
                raise _went_back(record.partition, record.offset)
            self._positions[record.partition] = record.offset + 1
            if isinstance(record, Recorded) and (found := self._buys.take(record)):
                began = self._clock.now()
                self._audience.tell(found)
                if self._caught_up:  # what was told before it started is no news
                    consumed(self._spans, GROUP, record, began)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def _low_water_marks(self) -> dict[int, int]:
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(LOW_WATER_MARKS))
            return {row.partition: row.offset for row in rows}


def _went_back(partition: int, offset: int) -> Unavailable:
    text = f"partition {partition} of the log went back to {offset}: events that were read are gone"
    return Unavailable(Code.LOG_UNAVAILABLE, text)
