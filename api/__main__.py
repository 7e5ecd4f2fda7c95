"""Run the api: `python -m api`."""

import asyncio
import signal
import sys

import uvloop

from api.running import running, serving
from buyqueue.clock import SystemClock
from buyqueue.errors import BuyQueueError
from buyqueue.logs import configure_logging, get_logger
from buyqueue.settings import Settings


async def main() -> int:
    """Serve until SIGTERM or SIGINT; answer the exit code, 1 if it cannot start."""
    settings = Settings()
    configure_logging(settings, "api")
    log = get_logger("api")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        async with running(settings, SystemClock()) as app, serving(app, settings) as url:
            log.info("api.serving", url=url)
            await stopping.wait()
            log.info("api.stopping")
    except (BuyQueueError, OSError, ValueError) as error:
        log.error("api.cannot_run", error=str(error))  # noqa: TRY400 - an outage, not a bug
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
