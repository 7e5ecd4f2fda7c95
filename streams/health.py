"""Whether a worker could take a buy now, and the gauges that it alone can set."""

from collections.abc import Mapping
from typing import Any

from faust.types import TP
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.database import DATABASE_ERRORS, database_down
from buyqueue.errors import Code, Unavailable
from buyqueue.log.topic import BUYS
from buyqueue.metrics import Metrics
from buyqueue.monitor import Check
from streams.chain.nodes import Nodes
from streams.drivers import TaskDrivers
from streams.folding.assignment import Assignment


class WorkerHealth:
    """Looks; changes nothing."""

    def __init__(
        self,
        app: Any,
        assignment: Assignment,
        drivers: TaskDrivers,
        nodes: Nodes,
        engine: AsyncEngine,
    ) -> None:
        self._app = app
        self._assignment = assignment
        self._drivers = drivers
        self._nodes = nodes
        self._engine = engine

    @property
    def checks(self) -> Mapping[str, Check]:
        """The parts that a buy needs; the vault's rows are in Postgres."""
        return {"kafka": self._kafka, "postgres": self._postgres, "rpc": self._rpc}

    def refresh(self, metrics: Metrics) -> None:
        """Set the gauges to what is true now."""
        self._drivers.refresh(metrics)
        metrics.lag.clear()
        for number, fold in list(self._assignment.folds.items()):
            end = self._app.consumer.highwater(TP(BUYS, number))
            if end is not None:
                metrics.lag.labels(str(number)).set(max(0, end - fold.next_offset))

    async def _kafka(self) -> None:
        if not self._assignment.assigned:
            raise Unavailable(Code.LOG_UNAVAILABLE, "the group has given no partitions yet")
        behind = [n for n, fold in self._assignment.folds.items() if not fold.ready.is_set()]
        if behind:
            raise Unavailable(Code.LOG_UNAVAILABLE, f"partitions {behind} are being replayed")

    async def _postgres(self) -> None:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except DATABASE_ERRORS as error:
            raise database_down("Postgres", error) from None

    async def _rpc(self) -> None:
        await self._nodes.heights("confirmed")
