"""The routes about the service itself."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.health.checks import Checks
from api.page.served import Page, wants_page
from api.parts import Feed
from buyqueue.clock import Clock

POINTERS: Final = {
    "start": "POST /api/external-buy/start",
    "status": "GET /api/external-buy/job/{jobId}/status",
    "cancel": "POST /api/external-buy/job/{jobId}/cancel",
    "health": "GET /api/cto/health",
    "live": "GET /health/live",
    "ready": "GET /health/ready",
    "openapi": "GET /openapi.json",
    "docs": "GET /docs",
    "sockets": "/socket.io/",
}


class System:
    """Health, for people and for orchestrators."""

    def __init__(
        self, *, checks: Checks, relay: Feed, clock: Clock, page: Page, debug: bool
    ) -> None:
        self._page = page
        self._checks = checks
        self._relay = relay
        self._clock = clock
        self._began = clock.monotonic()
        self._debug = debug

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes; those for debugging only where they are on."""
        routes = [
            web.get("/", self.index),
            web.get("/health/live", self.live),
            web.get("/health/ready", self.ready),
            web.get("/api/cto/health", self.health),
        ]
        if self._debug:
            routes.append(web.get("/api/cto/debug/connections", self.connections))
        return routes

    async def index(self, request: web.Request) -> web.Response:
        """Point to the routes; a browser is shown the page."""
        if wants_page(request):
            return self._page.show()
        return web.json_response(
            {"success": True, "name": "External Buy Queue", "routes": POINTERS},
            headers={"Vary": "Accept"},
        )

    async def live(self, _request: web.Request) -> web.Response:
        """Answer: that is all it says."""
        return web.json_response({"success": True, "status": "live"})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer 200 if a buy could be taken and followed now, else 503 and why not."""
        found = await self._checks.run()
        ready = all(check.ok for check in found)
        body = {
            "success": ready,
            "status": "ready" if ready else "not_ready",
            "checks": {check.name: check.json_object() for check in found},
        }
        return web.json_response(body, status=_status(ready=ready))

    async def health(self, _request: web.Request) -> web.Response:
        """Answer the general health: the checks, and for how long this process has been up."""
        found = await self._checks.run()
        well = all(check.ok for check in found)
        body = {
            "success": well,
            "status": "ok" if well else "degraded",
            "uptimeMs": round((self._clock.monotonic() - self._began) * 1000),
            "checks": {check.name: check.json_object() for check in found},
        }
        return web.json_response(body, status=_status(ready=well))

    async def connections(self, _request: web.Request) -> web.Response:
        """Show how many sockets are open, and how far the relay has read."""
        positions = {str(p): offset for p, offset in sorted(self._relay.positions.items())}
        data = {
            "connections": self._relay.connections,
            "openBuys": self._relay.open_buys,
            "positions": positions,
        }
        return web.json_response({"success": True, "data": data})


def _status(*, ready: bool) -> int:
    return HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
