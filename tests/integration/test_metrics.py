"""What each process tells Prometheus and an orchestrator about a buy that really ran."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
import pytest

from buyqueue.clock import SystemClock
from buyqueue.log.reader import LogReader
from buyqueue.metrics import Metrics
from buyqueue.monitor import monitored
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from projections.fold import Changes
from projections.projector import Projector
from projections.store import lock_offsets, write
from sandbox.solana.faults import Fault
from sandbox.state.ports import free_port
from tests.canaries import canaries
from tests.integration.desk import Desk
from tests.integration.test_worker import worker


async def told(port: int, path: str) -> tuple[int, str]:
    """The status and text of an answer; (0, "") while nobody listens."""
    with suppress(aiohttp.ClientError):
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as answer,
        ):
            return answer.status, await answer.text()
    return 0, ""


async def figure(port: int, sample: str) -> float:
    """The value of one sample; 0 if it is not there."""
    _, text = await told(port, "/metrics")
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


async def until(port: int, sample: str, value: float) -> None:
    async with asyncio.timeout(20):
        while await figure(port, sample) != value:
            await asyncio.sleep(0.1)


@pytest.fixture
async def projector_port(settings: Settings) -> AsyncIterator[int]:
    """A projector of this database, and where it tells how it is."""
    engine, metrics, port = create_engine(settings), Metrics(), free_port()
    async with LogReader(settings.kafka_bootstrap_servers, client_id="test/ends") as reader:
        ends = await reader.ends(await reader.partitions())
    async with engine.begin() as connection:  # what is before belongs to other tests
        await lock_offsets(connection, ends)
        await write(connection, Changes(), ends)
    projector = Projector(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        engine=engine,
        clock=SystemClock(),
        group=f"metrics-{port}",
        metrics=metrics,
    )
    running = asyncio.create_task(projector.run())
    checks = {"log and postgres": projector.check}
    watched = settings.model_copy(update={"metrics_port": port})
    async with monitored(watched, metrics, checks, projector.refresh):
        yield port
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await engine.dispose()


async def test_a_worker_tells_what_it_does_and_whether_it_can(desk: Desk) -> None:
    port = free_port()
    job_id, buyer = await desk.request()
    async with worker(desk.settings.model_copy(update={"metrics_port": port})):
        await desk.until(job_id, "BuyCompleted")
        _, text = await told(port, "/metrics")
        assert not [form for form in canaries(buyer) if form in text.encode()]
        status, text = await told(port, "/health/ready")
        assert (200, '{"status": "ready"') == (status, text[:18])
        node = urlsplit(desk.chain.node.url).netloc
        sent = f'buyq_rpc_seconds_count{{method="sendTransaction",node="{node}",outcome="ok"}}'
        assert await figure(port, sent) >= 1
        assert await figure(port, 'buyq_append_seconds_count{outcome="ok"}') >= 8
        await until(port, 'buyq_step_seconds_count{outcome="done",step="SignBuy"}', 1)
        await until(port, "buyq_in_flight", 0)


async def test_a_worker_whose_node_is_away_is_not_ready_but_alive(desk: Desk) -> None:
    port = free_port()
    desk.chain.node.faults.add(Fault("http", "getBlockHeight", status=503))
    async with worker(desk.settings.model_copy(update={"metrics_port": port})):
        async with asyncio.timeout(20):
            while (await told(port, "/health/ready"))[0] != 503:
                await asyncio.sleep(0.1)
        _, text = await told(port, "/health/ready")
        assert "no node told its block height" in text
        assert (200, '{"status": "live"}') == await told(port, "/health/live")


async def test_a_projector_counts_each_end_once(desk: Desk, projector_port: int) -> None:
    port = projector_port
    job_id, _ = await desk.request()
    await until(port, "buyq_buys_queued", 1)
    async with worker(desk.settings):
        await desk.until(job_id, "BuyFinalized")
    ended = 'buyq_buys_ended_total{code="",outcome="completed",platform="jupiter"}'
    await until(port, ended, 1)
    await until(port, "buyq_buys_open", 0)
    assert await figure(port, "buyq_buys_queued") == 0
    assert await figure(port, 'buyq_buy_seconds_count{outcome="completed"}') == 1
    assert await figure(port, 'buyq_events_total{ignored="false",type="BuySigned"}') == 1
    await desk.cancel(job_id)
    await until(port, 'buyq_events_total{ignored="true",type="BuyCancelled"}', 1)
    status, text = await told(port, "/health/ready")
    assert (200, '{"status": "ready"') == (status, text[:18])
