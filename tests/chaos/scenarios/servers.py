"""Faults of the servers that we stand on."""

import asyncio
import signal

from sandbox.processes.errors import ChildError
from tests.chaos.site import Own
from tests.chaos.stage import Scenario, Stage


def own(stage: Stage) -> Own:
    """The servers of this stage, which nobody else uses."""
    assert stage.site.own
    return stage.site.own


async def restart_kafka(stage: Stage, number: int) -> None:
    """The one broker goes, by kill -9 or in good order, and comes back after up to 3 s."""
    kafka = own(stage).kafka
    assert kafka.child
    stage.mark()
    if number % 2 == 0:
        kafka.child.send(signal.SIGKILL)
        await kafka.child.wait()
    else:
        await kafka.stop()
    await stage.pause(0, 3)
    await kafka.start()


async def restart_postgres(stage: Stage, number: int) -> None:
    """Postgres goes, by kill -9 or in good order, and comes back after up to 3 s."""
    postgres = own(stage).postgres
    assert postgres.child
    stage.mark()
    if number % 2 == 0:
        postgres.child.send(signal.SIGKILL)
        await postgres.child.wait()
    else:
        await postgres.stop()
    await stage.pause(0, 3)
    async with asyncio.timeout(30):
        while True:
            try:
                await postgres.start()
            except ChildError:  # what it shared with its killed parent is not free yet
                await asyncio.sleep(0.5)
            else:
                return


KAFKA = Scenario(
    "Kafka restarted, every other time by kill -9",
    restart_kafka,
    between_s=(3, 8),
    supervised=True,
)
POSTGRES = Scenario(
    "Postgres restarted, every other time by kill -9", restart_postgres, between_s=(5, 20)
)
