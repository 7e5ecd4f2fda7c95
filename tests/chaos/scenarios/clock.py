"""The workers' wall clock steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.stage import Scenario, Stage
from tests.chaos.stepping_clock import VARIABLE, step

STEPS_S = (300.0, -300.0, 0.0)


async def step_clock(stage: Stage, number: int) -> None:
    """Five minutes ahead, then ten back, then right again, at once and whole."""
    stage.mark()
    step(stage.site.folder / "clock", STEPS_S[number % len(STEPS_S)])


@asynccontextmanager
async def stepping(stage: Stage) -> AsyncIterator[None]:
    """Two workers that read the same clock."""
    file = stage.site.folder / "clock"
    step(file, 0)
    for _ in range(2):
        await stage.worker(**{VARIABLE: str(file)})
    yield


CLOCK = Scenario(
    "workers' clock steps by ± 5 min", step_clock, prepare=stepping, workers=0, between_s=(1, 3)
)
