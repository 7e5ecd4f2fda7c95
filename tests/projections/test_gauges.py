"""What a projector tells of open buys and of its lag, whatever it has forgotten."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.metrics import Metrics
from projections.projector import Projector
from tests.controls import events as controls
from tests.projections.buys import CLOCK, COURSE, append_all, caught_up, of_buy, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting, projector_of, running


class Cut:
    """An engine whose Postgres can be taken away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.away = False

    def connect(self) -> Any:
        return self._unless_away().connect()

    def begin(self) -> Any:
        return self._unless_away().begin()

    def _unless_away(self) -> AsyncEngine:
        if self.away:
            raise ConnectionRefusedError
        return self._engine


def figures(projector: Projector) -> dict[str, float]:
    """Each gauge, and the sum of the lags; there is none where no partition tells one."""
    metrics = Metrics()
    projector.refresh(metrics)
    found: dict[str, float] = {}
    for metric in metrics.registry.collect():
        for sample in metric.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.05)


async def test_a_projector_that_starts_counts_buys_that_do_not_move(ground: Ground) -> None:
    """An alert of an undecided buy must outlive a restart: nothing may come of it for hours."""
    undecided = [controls.requested(), *(make() for make in COURSE[:6]), controls.undecided()]
    await append_all(ground.journal, of_buy(CLOCK.new_id(), undecided, "user"))
    await append_all(ground.journal, whole_buy("user", steps=0))
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    projector = projector_of(ground)
    async with running(projector):
        await until(lambda: figures(projector)["buyq_outcome_unknown"] == 1)
        found = figures(projector)
    assert (1, 2) == (found["buyq_buys_queued"], found["buyq_buys_open"])


async def test_while_postgres_is_away_the_lag_is_told_and_grows(ground: Ground) -> None:
    cut: Any = Cut(ground.engine)
    projector = projector_of(ground, engine=cut)
    async with running(projector):
        await until(lambda: figures(projector).get("buyq_consumer_lag") == 0)
        cut.away = True
        await append_all(ground.journal, whole_buy("user"))
        await until(lambda: figures(projector).get("buyq_consumer_lag", 0) == 1 + len(COURSE))
        cut.away = False
        await until(lambda: figures(projector).get("buyq_consumer_lag") == 0)
