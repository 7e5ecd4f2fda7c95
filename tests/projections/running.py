"""Projectors to run: within the test, or as a process that can be killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from buyqueue.metrics import Metrics
from projections.projector import Projector
from tests.projections.buys import CLOCK
from tests.projections.conftest import PARTITIONS, Ground


@asynccontextmanager
async def projecting(ground: Ground, group: str | None = None) -> AsyncIterator[asyncio.Task[None]]:
    """Run a projector for a while; a group of its own unless named."""
    async with running(projector_of(ground, group=group)) as task:
        yield task


def projector_of(
    ground: Ground, *, group: str | None = None, engine: Any = None, metrics: Metrics | None = None
) -> Projector:
    """Make a projector that does not run yet."""
    return Projector(
        bootstrap_servers=ground.kafka,
        engine=engine or ground.engine,
        clock=CLOCK,
        group=group or f"test-{CLOCK.new_id()}",
        max_records=500,
        metrics=metrics,
    )


@asynccontextmanager
async def running(projector: Projector) -> AsyncIterator[asyncio.Task[None]]:
    """Run it for a while."""
    task = asyncio.create_task(projector.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def spawned(ground: Ground) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m projections` for a while; killed at the end if it still runs."""
    environment = os.environ | {
        "DATABASE_URL": ground.database_url,
        "KAFKA_BOOTSTRAP_SERVERS": ground.kafka,
        "LOG_LEVEL": "WARNING",
        "TOPIC_PARTITIONS": str(PARTITIONS),
        "TOPIC_REPLICATION": "1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "projections", env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def end(process: asyncio.subprocess.Process, number: signal.Signals) -> int:
    """Send a signal and wait for the end."""
    process.send_signal(number)
    async with asyncio.timeout(60):
        return await process.wait()
