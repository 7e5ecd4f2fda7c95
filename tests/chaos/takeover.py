"""How long a dead worker's buys stand still: kill -9, default settings, another worker alive."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from buyqueue.buy.state import Signed
from sandbox.solana.faults import Fault
from sandbox.stack.programs import answers
from tests.chaos.evidence import Asked
from tests.chaos.public import Public, public
from tests.chaos.rest_orders import Habits
from tests.chaos.site import own_site
from tests.chaos.stage import Stage, staged
from tests.chaos.verdict import Verdict, judge

BUYS = 24
WITHIN_S = 60.0
JOINED_S = 120.0
LOOKS = 5
"""A worker that comes back after others died young waits up to a minute."""
FAULT = "kill -9 of one of two workers, default settings"


async def take_over(count: int, *, traced: bool = False) -> Verdict:
    """Measure on servers of its own; every setting but the addresses is the default."""
    async with own_site(slot_ms=400, traced=traced) as site, staged(site, 1) as stage:
        await site.projector()
        for _ in range(2):
            await stage.worker()
        async with public(site, stage.orders, Habits(random.Random(1))) as open_to_all:
            await open_to_all.buy()
            assert await stage.follower.ended(stage.orders.asked, WITHIN_S)
            held_up = [ms for _ in range(count) for ms in await once(stage, open_to_all)]
            listened = await open_to_all.listened()
            return await judge(site, FAULT, count, stage.orders, held_up, listened)


async def once(stage: Stage, open_to_all: Public) -> list[int]:
    """Kill a worker while every buy waits for the chain; answer how long each of its own waited."""
    await all_joined(stage)
    async with nothing_lands(stage):
        known = len(stage.orders.asked)
        await asyncio.gather(*(open_to_all.buy() for _ in range(BUYS)))
        await all_sent(stage, stage.orders.asked[known:])
        writers = dict(stage.follower.writers)
        stage.mark()
        await stage.kill(stage.workers[0])
    await stage.worker()
    assert await stage.follower.ended(stage.orders.asked, WITHIN_S)
    at_ms, jobs = stage.struck[-1]
    moved = [job for job in jobs if stage.follower.writers[job] != writers[job]]
    return stage.follower.held_up_ms(at_ms, moved)


async def all_joined(stage: Stage) -> None:
    """Wait until every worker has its partitions, so that another one is alive at each death."""
    ports = [stage.site.metrics_ports[worker.command.name] for worker in stage.workers]
    well = 0
    async with asyncio.timeout(JOINED_S):
        while well < LOOKS:
            looks = [await answers(f"http://127.0.0.1:{port}/health/ready") for port in ports]
            well = well + 1 if all(looks) else 0
            await asyncio.sleep(0.2)


@asynccontextmanager
async def nothing_lands(stage: Stage) -> AsyncIterator[None]:
    """Let the node take transactions and drop them, for a while."""
    faults = stage.site.chain.node.faults
    rule = faults.add(Fault("drop", "sendTransaction"))
    yield
    faults.remove(rule)


async def all_sent(stage: Stage, asked: list[Asked]) -> None:
    """Wait until all of these are signed and sent."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            states = [stage.follower.states.get(one.job_id) for one in asked]
            if all(isinstance(state, Signed) and state.sent for state in states):
                return
            await asyncio.sleep(0.05)
