"""The worker, with a chain and a venue that cost nothing."""

import asyncio
import signal
import sys
from typing import cast

import aiohttp
import uvloop

from buyqueue.clock import SystemClock
from buyqueue.logs import configure_logging
from buyqueue.settings import Settings
from streams.worker import Transports, run_worker
from tests.benchmarks.original.noop import NoopNode, noop


async def main() -> int:
    settings = Settings()
    configure_logging(settings, "worker")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    # It answers by itself, so nothing is ever sent through a session.
    node = NoopNode(cast("aiohttp.ClientSession", None), "http://noop", 1_000)
    transports = Transports(parts=lambda parts: noop(parts, node))
    return await run_worker(settings, SystemClock(), stopping, transports)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
