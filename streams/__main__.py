"""Run a worker: `python -m streams`."""

import asyncio
import signal
import sys

import uvloop

from buyqueue.clock import SystemClock
from buyqueue.logs import configure_logging
from buyqueue.settings import Settings
from streams.hardening import forbid_dumps
from streams.worker import run_worker


async def main() -> int:
    """Run until SIGTERM or SIGINT."""
    forbid_dumps()
    settings = Settings()
    configure_logging(settings, "worker")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return await run_worker(settings, SystemClock(), stopping)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
