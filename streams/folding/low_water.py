"""Where a replay has to begin, kept in Postgres."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.database import DATABASE_ERRORS, database_down
from buyqueue.tables import LOW_WATER_MARKS


class LowWaterMarks:
    """Offsets before which every buy is closed.

    A mark that is too low only costs replay; none can be too high, as each is true of a prefix
    of the log for ever. So a paused worker may write an old one, and the greatest stays. Only a log
    that lost its end makes marks wrong: a rebuild of the projection removes those.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self) -> dict[int, int]:
        """Answer the marks by partition. Raises Unavailable."""
        query = select(LOW_WATER_MARKS.c.partition, LOW_WATER_MARKS.c.offset)
        try:
            async with self._engine.connect() as connection:
                return {row.partition: row.offset for row in await connection.execute(query)}
        except DATABASE_ERRORS as error:
            raise database_down("low-water marks", error) from error

    async def save(self, marks: Mapping[int, int]) -> None:
        """Raise the marks. Raises Unavailable."""
        if not marks:
            return
        rows = [{"partition": p, "offset": o} for p, o in sorted(marks.items())]
        statement = insert(LOW_WATER_MARKS).values(rows)
        greatest = func.greatest(LOW_WATER_MARKS.c.offset, statement.excluded.offset)
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=[LOW_WATER_MARKS.c.partition], set_={"offset": greatest}
                    )
                )
        except DATABASE_ERRORS as error:
            raise database_down("low-water marks", error) from error
