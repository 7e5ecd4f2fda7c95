"""`python -m projections`: the projector's process."""

import asyncio
import signal
from contextlib import AsyncExitStack

import uvloop

from buyqueue.clock import SystemClock
from buyqueue.ending import run_until
from buyqueue.logs import configure_logging, get_logger
from buyqueue.metrics import Metrics
from buyqueue.monitor import monitored
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from buyqueue.tracing.exporting import traced
from projections.projector import Projector


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
        running = asyncio.create_task(projector.run(), name="projector")
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        checks = {"log and postgres": projector.check}
        async with monitored(settings, metrics, checks, projector.refresh):
            await run_until(stopping, running)
    get_logger(__name__).info("projection.stopped")


def main() -> None:
    """Compose the process and run it."""
    settings = Settings()
    configure_logging(settings, "projector")
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
