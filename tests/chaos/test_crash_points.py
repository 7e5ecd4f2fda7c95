"""A worker killed after each effect and each append: nothing twice, nothing lost."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from sandbox.processes.child import Child
from sandbox.processes.command import Command
from tests.chaos.checker import broken
from tests.chaos.crash_points import CRASH_POINTS, VARIABLE
from tests.chaos.evidence import Asked, Evidence
from tests.chaos.gathering import on_chain, whole_log
from tests.integration.desk import SOL, Desk

BUYS = 3
KILLED = 128 + 9
TELLING = (
    "appended BuySigned",
    "called sendTransaction",
    "forgot key",
)
POINTS = [
    point if point in TELLING else pytest.param(point, marks=pytest.mark.long)
    for point in CRASH_POINTS
]


def worker(desk: Desk, log: Path, point: str = "") -> Child:
    """A worker process that dies at the point; without one, an ordinary worker."""
    settings = desk.settings
    assert settings.vault_private_key is not None
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOPIC_PARTITIONS": "4",
        "TOPIC_REPLICATION": "1",
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SOLANA_RPC_URL": settings.solana_rpc_url[0],
        "JUPITER_URL": settings.jupiter_url,
        "VAULT_PRIVATE_KEY": settings.vault_private_key.get_secret_value(),
        "STATUS_POLL_MS": "50",
        "LOG_JSON": "true",
        VARIABLE: point,
    }
    argv = (sys.executable, "-m", "tests.chaos.worker")
    return Child(Command("worker", argv, log, env={**os.environ, **told}))


@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_that_dies_here_neither_doubles_nor_loses(
    desk: Desk, tmp_path: Path, point: str
) -> None:
    asked = []
    for _ in range(BUYS):
        job_id, buyer = await desk.request()
        asked.append(Asked(job_id, str(buyer.pubkey()), SOL))
    doomed = worker(desk, tmp_path / "doomed.log", point)
    await doomed.start()
    async with asyncio.timeout(30):
        assert await doomed.wait() == KILLED, doomed.tail()
    heir = worker(desk, tmp_path / "heir.log")
    await heir.start()
    try:
        for buy in asked:
            history = await desk.until(buy.job_id, "BuyFinalized", "BuyFailed", "BuyStopped")
            assert "BuyFinalized" in {event.type for event in history}
        async with asyncio.timeout(10):
            while any([await desk.keys_kept(buy.job_id) for buy in asked]):
                await asyncio.sleep(0.1)
        chain = {buy.job_id: on_chain(desk.chain.node.chain, buy) for buy in asked}
        log = await whole_log(desk.settings.kafka_bootstrap_servers)
        assert [] == broken(Evidence(asked, log, chain)), heir.tail()
    finally:
        await heir.stop()
