"""This service on embedded servers: Kafka, Postgres, a local Solana, and its three programs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from buyq.bench.load import funded
from buyq.demo.screen import DownloadBar, Screen
from buyqueue.clock import SystemClock
from buyqueue.log.topic import BUYS
from buyqueue.rpc import RpcNode
from sandbox.stack.programs import MODULES, program
from sandbox.stack.stack import Running, Wanted, local_stack
from sandbox.state.ports import free_port
from tests.benchmarks.original.cells import SLOT_MS, Cell
from tests.benchmarks.original.noop import LEDGER
from tests.benchmarks.original.site import Site

NOOP_WORKER: Final = "tests.benchmarks.original.noop_worker"
ROOT: Final = Path(__file__).parents[3]
ROLES: Final = {
    "kafka": "store",
    "postgres": "store",
    "api": "api",
    "worker": "worker",
    "projector": "projector",
    "chain": "chain",
}


@asynccontextmanager
async def ours(
    home: Path, cell: Cell, wallets: int, clock: SystemClock, workers: int = 1
) -> AsyncIterator[Site]:
    """Have this service run while the context lasts, with so many workers."""
    screen = Screen(as_json=True)
    ledger = home / "ledger.ndjson"
    noop = cell.work == "noop"
    modules = MODULES | ({"worker": NOOP_WORKER} if noop else {})
    wanted = Wanted(
        home / "state", "bench", fresh=True, slot_ms=SLOT_MS, modules=modules,
        extra={LEDGER: str(ledger), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with DownloadBar(screen.console) as downloads:
        async with local_stack(wanted, downloads, _quiet) as running:
            if cell.synced:
                await _sync(running.places.kafka_servers)
            names = [await _more(running, modules["worker"], n) for n in range(2, workers + 1)]
            keys = [] if noop else await _funded(running, wallets, clock)
            yield Site(
                running.places.api_url,
                running.crew,
                home,
                next(iter(running.chain.mints.values())),
                None if noop else running.chain,
                ledger,
                keys,
                ROLES | dict.fromkeys(names, "worker"),
            )


async def _sync(servers: str) -> None:
    """Have Kafka reach the disk before it acknowledges, as `appendfsync always` does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        topic = ConfigResource(ConfigResourceType.TOPIC, BUYS, {"flush.messages": "1"})
        await admin.alter_configs([topic])
    finally:
        await admin.close()


async def _more(running: Running, module: str, number: int) -> str:
    """Start one more worker."""
    name = f"worker-{number}"
    told = {**running.told["worker"], "METRICS_PORT": str(free_port())}
    await running.crew.add(program(name, running.logs, told, running.places, module))
    return name


async def _funded(running: Running, wallets: int, clock: SystemClock) -> list[str]:
    async with aiohttp.ClientSession() as session:
        node = RpcNode(session, running.places.rpc_url, 10_000)
        return [str(key) for key in await funded(node, wallets, clock)]


def _quiet(_text: str) -> None:
    return
