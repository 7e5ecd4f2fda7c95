"""Making the projection anew from the log."""

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from projections.tables import BUY_EVENTS, BUYS_TABLE, POISON_RECORDS, PROJECTION_OFFSETS


async def rebuild(engine: AsyncEngine) -> None:
    """Empty the projection and set its offsets to zero, at once.

    A running projector notices within a second and folds the log again from its start, to the
    same rows. Until then readers see less than there was.
    """
    names = ", ".join(table.name for table in (BUYS_TABLE, BUY_EVENTS, POISON_RECORDS))
    async with engine.begin() as connection:
        # In the projectors' order, offsets first: neither waits for the other in a ring.
        every = select(PROJECTION_OFFSETS).order_by(PROJECTION_OFFSETS.c.partition)
        await connection.execute(every.with_for_update())
        await connection.execute(update(PROJECTION_OFFSETS).values(next_offset=0))
        await connection.execute(text(f"TRUNCATE {names}"))
