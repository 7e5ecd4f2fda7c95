"""Where workers' replays begin, once the log has lost its end."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from buyqueue.log.reader import LogReader
from buyqueue.logs import get_logger
from buyqueue.tables import LOW_WATER_MARKS

log = get_logger(__name__)


async def forget_marks(
    connection: AsyncConnection, reader: LogReader, reached: Mapping[int, int]
) -> None:
    """Remove the marks of partitions of which more was read than there is.

    Lowering them to the end would not do: a buy that lies before it may have been closed by a
    record that is gone, and is open again. Raises Unavailable, and what SQLAlchemy raises.
    """
    marks = LOW_WATER_MARKS.c
    found = await connection.execute(select(marks.partition, marks.offset))
    marked = {row.partition: row.offset for row in found}
    furthest = {p: max(offset, reached.get(p, 0)) for p, offset in marked.items()}
    there = await reader.within(furthest)
    for partition in [p for p, offset in furthest.items() if there[p] < offset]:
        log.warning(
            "mark.forgotten",
            partition=partition,
            mark=marked[partition],
            reached=furthest[partition],
            end=there[partition],
        )
        await connection.execute(delete(LOW_WATER_MARKS).where(marks.partition == partition))
