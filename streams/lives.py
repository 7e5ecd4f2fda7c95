"""The lives of all workers, kept in Postgres: who works now, and who died soon after it began.

Only about when to join; nothing that is safe rests on it. All times are Postgres' own.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Interval, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.database import DATABASE_ERRORS, database_down
from buyqueue.tables import WORKER_LIVES

BEAT_S: Final = 0.5
"""How often a worker says that it lives."""
SILENT_S: Final = 1.5
"""A worker that said nothing for so long is taken for dead, until it speaks again."""
YOUNG_S: Final = 60.0
REMEMBERED_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Company:
    """The other workers, as a joining one finds them."""

    alive: int
    died_young: int
    """Lives that ended without a good-bye within a minute, in the last five minutes."""


def wait_s(company: Company, session_s: float, longest_s: float) -> float:
    """Answer how long a worker stays away from the group before it joins.

    While one works that can have the partitions: longer than it takes the group to notice a death,
    so that what the dead one left gets its turn before the next death; doubled for each.
    """
    if not company.alive or not company.died_young:
        return 0.0
    least = session_s + 2.0
    return min(longest_s, least * 2.0 ** (company.died_young - 1))


class Lives:
    """This worker's row among the others'. Every method raises Unavailable."""

    def __init__(self, engine: AsyncEngine, writer: str) -> None:
        self._engine = engine
        self._writer = writer

    async def look(self) -> Company:
        """Answer who is there, this worker not counted."""
        row, now = WORKER_LIVES.c, func.now()
        silent = row.seen_at < now - _seconds(SILENT_S)
        young = row.seen_at - row.began_at < _seconds(YOUNG_S)
        recent = row.seen_at > now - _seconds(REMEMBERED_S)
        query = select(
            func.count().filter(~silent), func.count().filter(silent & young & recent)
        ).where(row.writer != self._writer)
        try:
            async with self._engine.connect() as connection:
                alive, died_young = (await connection.execute(query)).one()
        except DATABASE_ERRORS as error:
            raise database_down("lives", error) from error
        return Company(alive, died_young)

    async def begin(self) -> None:
        """Forget lives that are long over, and begin this one."""
        over = WORKER_LIVES.c.seen_at < func.now() - _seconds(REMEMBERED_S)
        await self._run(delete(WORKER_LIVES).where(over))
        await self.beat()

    async def beat(self) -> None:
        """Say that this worker works."""
        statement = insert(WORKER_LIVES).values(writer=self._writer)
        await self._run(
            statement.on_conflict_do_update(
                index_elements=[WORKER_LIVES.c.writer], set_={"seen_at": func.now()}
            )
        )

    async def end(self) -> None:
        """Say good-bye: an end in good order is no death."""
        await self._run(delete(WORKER_LIVES).where(WORKER_LIVES.c.writer == self._writer))

    async def _run(self, statement: Any) -> None:
        try:
            async with self._engine.begin() as connection:
                await connection.execute(statement)
        except DATABASE_ERRORS as error:
            raise database_down("lives", error) from error


def _seconds(count: float) -> Any:
    return literal(f"{count} seconds").cast(Interval)
