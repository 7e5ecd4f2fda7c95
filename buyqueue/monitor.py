"""The port on which a process tells how it is: `/metrics`, `/health/live`, `/health/ready`.

Apart from what callers reach, and unauthenticated: bind it where only the operator's network is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from buyqueue.errors import BuyQueueError
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics
from buyqueue.settings import Settings

log = get_logger(__name__)
TIMEOUT_S: Final = 2.0

Check = Callable[[], Awaitable[None]]
"""Returns if a part is well; raises BuyQueueError with the reason, or takes too long."""
Refresh = Callable[[Metrics], None]
"""Sets the gauges to what is true now."""


@asynccontextmanager
async def monitored(
    settings: Settings, metrics: Metrics, checks: Mapping[str, Check], refresh: Refresh
) -> AsyncIterator[int | None]:
    """Serve while the context lasts; answer the port, None where no port is set."""
    if settings.metrics_port is None:
        yield None
        return
    app = web.Application()
    app.add_routes(
        [
            web.get("/metrics", _metrics(metrics, refresh, checks)),
            web.get("/health/live", _live),
            web.get("/health/ready", _ready(checks)),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.metrics_host, settings.metrics_port).start()
        port = int(runner.addresses[0][1])
        log.info("monitor.serving", port=port)
        yield port
    finally:
        await runner.cleanup()


def _metrics(
    metrics: Metrics, refresh: Refresh, checks: Mapping[str, Check]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def show(_request: web.Request) -> web.Response:
        refresh(metrics)
        metrics.ready.set(0 if any((await _whys(checks)).values()) else 1)
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return show


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "live"})


def _ready(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def show(_request: web.Request) -> web.Response:
        whys = await _whys(checks)
        ready = not any(whys.values())
        told = {name: {"ok": why is None, "why": why} for name, why in whys.items()}
        status = "ready" if ready else "not_ready"
        return web.json_response({"status": status, "checks": told}, status=200 if ready else 503)

    return show


async def _whys(checks: Mapping[str, Check]) -> dict[str, str | None]:
    """Answer why each part is not well; None of one that is."""
    return dict(zip(checks, await asyncio.gather(*map(_why, checks.values())), strict=True))


async def _why(check: Check) -> str | None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await check()
    except TimeoutError:
        return f"no answer in {TIMEOUT_S:g} s"
    except BuyQueueError as error:
        return error.text
    return None
