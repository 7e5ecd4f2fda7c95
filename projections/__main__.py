"""`python -m projections`: the projector's process."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

import uvloop

from buyqueue.clock import Clock, SystemClock
from buyqueue.ending import run_until
from buyqueue.errors import Unavailable
from buyqueue.log.keeping import UnsafeTopic
from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import BUYS
from buyqueue.logs import configure_logging, get_logger
from buyqueue.metrics import Metrics
from buyqueue.monitor import monitored
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from buyqueue.tracing.exporting import traced
from projections.outage import Backoff
from projections.projector import Projector

log = get_logger(__name__)


async def run(settings: Settings) -> None:
    """Project until SIGTERM or SIGINT; what is not committed then is done by the next run."""
    clock = SystemClock()
    writer = f"projector/{clock.new_id().hex[-8:]}"
    engine = create_engine(settings)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        spans = await stack.enter_async_context(traced(settings, "projector", writer, clock))
        projector = Projector(
            bootstrap_servers=settings.kafka,
            engine=engine,
            clock=clock,
            session_timeout_ms=settings.session_timeout_ms,
            metrics=metrics,
            spans=spans,
        )
        following = _follow(settings, projector, clock)
        running = asyncio.create_task(following, name="projector")
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        checks = {"log and postgres": projector.check}
        async with monitored(settings, metrics, checks, projector.refresh):
            await run_until(stopping, running)
    log.info("projection.stopped")


async def _follow(settings: Settings, projector: Projector, clock: Clock) -> None:
    """Have the log's topic, which a broker may else make by itself as it likes, and follow it."""
    backoff = Backoff(clock)
    while True:
        try:
            await ensure_topics(settings.kafka, settings.topic_layout, [BUYS])
            break
        except Unavailable as error:
            log.error("projection.log_unavailable", why=error.text)  # noqa: TRY400 - an outage
            await backoff.wait()
    await projector.run()


def main() -> int:
    """Compose the process and run it; answer the exit code, 1 if it cannot start."""
    settings = Settings()
    configure_logging(settings, "projector")
    try:
        uvloop.run(run(settings))
    except UnsafeTopic as error:
        log.error("projection.cannot_run", error=str(error))  # noqa: TRY400 - not a bug
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
