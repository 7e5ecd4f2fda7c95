"""A worker that dies or freezes where it is told to: `python -m tests.chaos.worker`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from buyqueue.clock import SystemClock
from buyqueue.logs import configure_logging
from buyqueue.settings import Settings
from streams.worker import Transports, run_worker
from tests.chaos import bad_workers, stepping_clock
from tests.chaos.crash_points import CrashingNode, CrashingVault


async def main() -> int:
    settings = Settings()
    configure_logging(settings, "worker")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    journal = bad_workers.JOURNALS[os.environ.get(bad_workers.VARIABLE, "")]
    transports = Transports(journal, CrashingNode, CrashingVault)
    file = os.environ.get(stepping_clock.VARIABLE)
    clock = stepping_clock.SteppingClock(Path(file)) if file else SystemClock()
    return await run_worker(settings, clock, stopping, transports)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
