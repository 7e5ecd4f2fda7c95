"""A worker that is frozen before it records what it signed, and wakes up when all is over."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest

from sandbox.solana.faults import Fault
from tests.chaos.checker import broken
from tests.chaos.evidence import Broken
from tests.chaos.follower import following
from tests.chaos.orders import Orders
from tests.chaos.site import Site, a_site
from tests.chaos.verdict import evidence_of
from tests.stack.servers import Stack

WAKE_S = 3.0


@pytest.fixture
async def site(stack: Stack) -> AsyncIterator[Site]:
    """Slots of 400 ms: what a frozen worker has signed can still land when it wakes."""
    async with a_site(
        stack.kafka, await stack.fresh_database(), slot_ms=400, status_poll_ms=50
    ) as made:
        yield made


async def stopped(pid: int) -> None:
    """Wait until a process is frozen."""
    async with asyncio.timeout(30):
        while True:
            with open(f"/proc/{pid}/stat") as file:  # noqa: ASYNC230, PTH123 - not on a disk
                if file.read().rpartition(")")[2].split()[0] == "T":
                    return
            await asyncio.sleep(0.05)


async def with_a_zombie(site: Site, bad: str) -> list[Broken]:
    """Freeze one worker between signing and recording; let another buy; wake the first."""
    orders = Orders(site)
    await orders.buy()
    told = {"STOP_POINT": "before BuySigned", "BAD_WORKER": bad}
    zombie = await site.worker("zombie", **told)
    await stopped(zombie.pid)
    await site.worker("heir")
    async with following(site.settings.kafka_bootstrap_servers) as follower:
        assert await follower.ended(orders.asked, within_s=40), zombie.tail()
    zombie.send(signal.SIGCONT)
    async with asyncio.timeout(40):
        while len(await signers(site, orders)) < 2:
            await asyncio.sleep(0.2)
    # It has recorded what it signed; now it has its time to do something wrong.
    await asyncio.sleep(WAKE_S)
    return broken(await evidence_of(site, orders.asked, rows=False))


async def signers(site: Site, orders: Orders) -> set[str]:
    """Who has recorded a signature of the first buy."""
    log = await evidence_of(site, orders.asked, rows=False)
    job_id = orders.asked[0].job_id
    events = [one.event for one in log.log if one.event.job_id == job_id]
    return {event.writer for event in events if event.type == "BuySigned"}


async def test_a_zombie_that_signed_too_sends_nothing_of_its_own(site: Site) -> None:
    assert [] == await with_a_zombie(site, "")


async def test_a_zombie_that_does_not_read_back_buys_twice_and_is_caught(site: Site) -> None:
    """The negative control: the same fault, a worker without the read-back, and a report."""
    found = await with_a_zombie(site, "hasty")
    assert "double" in {one.kind for one in found}


async def test_a_worker_that_signs_again_without_a_proof_is_caught(site: Site) -> None:
    """The other negative control: the first transaction is slow, and it lands after all."""
    site.chain.node.faults.add(Fault("delay", "sendTransaction", times=1, slots=12))
    orders = Orders(site)
    await orders.buy()
    await site.worker(BAD_WORKER="forgetful")
    async with following(site.settings.kafka_bootstrap_servers) as follower:
        assert await follower.ended(orders.asked, within_s=30)
    async with asyncio.timeout(15):
        while "double" not in {
            one.kind for one in broken(await evidence_of(site, orders.asked, rows=False))
        }:
            await asyncio.sleep(0.5)
