"""A worker that dies where CRASH_POINT says: `python -m tests.chaos.worker`."""

import asyncio
import signal
import sys

from buyqueue.clock import SystemClock
from buyqueue.logs import configure_logging
from buyqueue.settings import Settings
from streams.worker import Transports, run_worker
from tests.chaos.crash_points import CrashingJournal, CrashingNode, CrashingVault


async def main() -> int:
    settings = Settings()
    configure_logging(settings, "worker")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    transports = Transports(CrashingJournal, CrashingNode, CrashingVault)
    return await run_worker(settings, SystemClock(), stopping, transports)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
