"""kill -9 of any of our processes at any moment, while users post, cancel and listen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sandbox.processes.child import Child
from sandbox.stack.programs import answers
from tests.chaos.rest_orders import RestOrders, listened, listening
from tests.chaos.stage import Scenario, Stage

NAMES = ("worker", "worker", "api", "projector")


def running(stage: Stage, name: str) -> Child:
    """The process of that name that runs now."""
    return next(c for c in stage.site.children if c.command.name == name and c.running)


async def kill_one(stage: Stage, number: int) -> None:
    """Kill one process, and start it again after up to 2 s."""
    name = NAMES[number % len(NAMES)]
    victim = stage.dice.choice(stage.workers) if name == "worker" else running(stage, name)
    stage.mark()
    await stage.kill(victim)
    await stage.pause(0, 2)
    if name == "worker":
        await stage.worker()
    else:
        await victim.start()


@asynccontextmanager
async def rest_and_socket(stage: Stage) -> AsyncIterator[None]:
    """An api, whoever posts to it, and a user who listens."""
    settings = stage.site.settings
    url = f"http://127.0.0.1:{settings.port}"
    api = stage.site.child(
        "api", "api", {"AUTH": "open", "HOST": "127.0.0.1", "MAX_OPEN_BUYS": "0"}
    )
    await api.start()
    async with asyncio.timeout(60):
        while not await answers(f"{url}/health/ready"):
            await asyncio.sleep(0.1)
    stage.buy = RestOrders(stage.site, stage.orders, stage.dice).buy
    async with listening(url) as client:
        stage.listened = partial(listened, client, settings.kafka_bootstrap_servers)
        yield


KILLS = Scenario(
    "kill -9 of worker, api or projector",
    kill_one,
    prepare=rest_and_socket,
    between_s=(2, 6),
)
