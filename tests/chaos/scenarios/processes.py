"""Faults of our own processes: crash points, pauses, rebalances."""

import asyncio
import signal

from tests.chaos.crash_points import CRASH_POINTS, VARIABLE
from tests.chaos.stage import Scenario, Stage

SESSION_S = 6.0
"""After so long Kafka gives a silent worker's partitions to another."""
STORM = (1, 4, 2)


async def die_at_a_point(stage: Stage, number: int) -> None:
    """A worker joins and dies at the next of the points; the next one finds what it left."""
    doomed = await stage.worker(**{VARIABLE: CRASH_POINTS[number % len(CRASH_POINTS)]})
    async with asyncio.timeout(150):
        await doomed.wait()
    stage.mark()
    stage.workers.remove(doomed)


async def freeze(stage: Stage, _number: int) -> None:
    """SIGSTOP for longer than the session lasts, then SIGCONT: it wakes up as a zombie."""
    worker = stage.dice.choice(stage.workers)
    worker.send(signal.SIGSTOP)
    stage.mark()
    await stage.pause(SESSION_S + 1, SESSION_S + 5)
    worker.send(signal.SIGCONT)


async def rebalance(stage: Stage, number: int) -> None:
    """Change the number of workers, some by SIGTERM and some by SIGKILL."""
    stage.mark()
    wanted = STORM[number % len(STORM)]
    while len(stage.workers) < wanted:
        await stage.worker()
    while len(stage.workers) > wanted:
        worker = stage.workers[0]
        if stage.dice.random() < 0.5:
            await stage.kill(worker)
        else:
            stage.workers.remove(worker)
            await worker.stop()


POINTS = Scenario(
    "worker dies at one of 18 points",
    die_at_a_point,
    workers=1,
    between_s=(0, 0.5),
    told={"restart_wait_ms": 8_000},
)
"""A worker that comes back waits as shortly as it ever does, to die as often as it can."""
LOOP = Scenario(
    "worker that dies at once wherever it starts again, default settings",
    die_at_a_point,
    workers=1,
    between_s=(0, 0.5),
)
PAUSES = Scenario("worker frozen 7 to 11 s (SIGSTOP), then awake", freeze, between_s=(1, 3))
REBALANCES = Scenario("workers 1 → 4 → 2, again and again", rebalance, workers=2)
