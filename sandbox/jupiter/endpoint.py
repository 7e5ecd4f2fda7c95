"""A local endpoint that speaks Jupiter's Swap API V2, on 127.0.0.1.

    GET  /swap/v2/order      POST /swap/v2/execute      GET /swap/v2/build
    POST /control/hostile    {"kind": null | "drain" | ...}   what later orders try on the buyer
    POST /control/faults     as at a node: http, latency, hang, reset for each of the three
    DELETE /control/faults

Not modelled: other routers, the price and token APIs, rate limits (other than on demand).
"""

import asyncio
from collections import OrderedDict
from hashlib import sha256
from types import TracebackType
from typing import Any, Self, get_args
from uuid import UUID

from aiohttp import web

from sandbox.jupiter.building import answer_build, read_build
from sandbox.jupiter.execution import Issued, NotExecuted, checked, land
from sandbox.jupiter.market import Market
from sandbox.jupiter.orders import BadOrder, answer_order, read_order
from sandbox.jupiter.swap import Hostile, Rfq
from sandbox.solana.faults import Fault, FaultTable, fault_from
from sandbox.solana.interruptions import Interrupted, strike
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.genesis import keypair_from
from sandbox.solana.ports import HOST, bind

_REMEMBERED = 10_000
"""Orders that /execute still knows."""


class LocalJupiter:
    """Sells what the market has, on the chain of a node in the same loop.

    With an `api_key` a request without it (header x-api-key) gets a 401.
    NB: reads the chain directly, so the node's faults do not touch it.
    """

    def __init__(
        self,
        chain: Chain,
        *,
        market: Market | None = None,
        port: int = 0,
        api_key: str | None = None,
    ) -> None:
        self.market = market or Market(chain)
        self.faults = FaultTable("jupiter")
        self.hostile: Hostile | None = None
        self.rfq: Rfq | None = None
        """Lets JupiterZ win the orders that do not exclude it."""
        self.thief = keypair_from(chain.seed, "thief").pubkey()
        """Who gains from a hostile order."""
        self.port = port
        self.chain = chain
        self._api_key = api_key
        self._orders: OrderedDict[str, Issued] = OrderedDict()
        self._asked = 0
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base of the API: `{url}/order`, `{url}/execute`."""
        return f"http://{HOST}:{self.port}/swap/v2"

    async def start(self) -> Self:
        """Set the market up and listen."""
        self.market.set_up()
        app = web.Application()
        app.router.add_get("/swap/v2/order", self._order)
        app.router.add_get("/swap/v2/build", self._build)
        app.router.add_post("/swap/v2/execute", self._execute)
        app.router.add_post("/control/hostile", self._set_hostile)
        app.router.add_post("/control/faults", self._add_fault)
        app.router.add_delete("/control/faults", self._clear_faults)
        app.on_shutdown.append(self._shut_down)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        self.port = await bind(self._runner, self.port)
        return self

    async def stop(self) -> None:
        """Stop listening; what waits is cut."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _shut_down(self, _app: web.Application) -> None:
        self._stopping.set()

    async def _order(self, request: web.Request) -> web.Response:
        return await self._served("order", request)

    async def _build(self, request: web.Request) -> web.Response:
        return await self._served("build", request)

    async def _execute(self, request: web.Request) -> web.Response:
        return await self._served("execute", request)

    async def _served(self, name: str, request: web.Request) -> web.Response:
        if self._api_key and request.headers.get("x-api-key") != self._api_key:
            return web.json_response({"code": 401, "message": "Unauthorized"}, status=401)
        struck = [self._worded(fault) for fault in self.faults.draw(name)]
        try:
            await strike([fault for fault in struck if not fault.after], self._stopping)
            match name:
                case "order":
                    done = self._ordered(request)
                case "build":
                    done = self._built(request)
                case _:
                    done = await self._executed(request)
            await strike([fault for fault in struck if fault.after], self._stopping)
        except Interrupted as fault:
            return fault.answer(request)
        return done

    def _worded(self, fault: Fault) -> Fault:
        """Say in a 429 when to come back, as Jupiter does (unix s)."""
        if fault.status != 429 or fault.headers:
            return fault
        again = {"x-ratelimit-reset": str(self.chain.tip.unix_time + 1)}
        return Fault(fault.kind, after=fault.after, ms=fault.ms, headers=again)

    def _ordered(self, request: web.Request) -> web.Response:
        request_id = self._new_id()
        try:
            order = read_order(self.market, request.query)
            body = answer_order(self.market, order, request_id, self.hostile, self.thief, self.rfq)
        except BadOrder as error:
            return web.json_response({"requestId": request_id, "error": str(error)}, status=400)
        if body["transaction"]:
            self._orders[request_id] = Issued(
                order,
                body["transaction"],
                self.market.maker if body["router"] == "jupiterz" else None,
            )
            if len(self._orders) > _REMEMBERED:
                self._orders.popitem(last=False)
        return web.json_response(body)

    def _built(self, request: web.Request) -> web.Response:
        try:
            order = read_build(self.market, request.query)
            body = answer_build(self.market, order)
        except BadOrder as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(body)

    async def _executed(self, request: web.Request) -> web.Response:
        try:
            body: Any = await request.json()
            issued = self._orders.get(body["requestId"])
            tx = checked(issued, body)
        except NotExecuted as error:
            return web.json_response(error.body)
        except (ValueError, TypeError, KeyError):
            return web.json_response({"error": "Invalid request body", "code": -2}, status=400)
        if issued is None:
            raise RuntimeError("checked lets no unknown order through")
        return web.json_response(await land(self.chain, issued, tx, self._stopping))

    async def _set_hostile(self, request: web.Request) -> web.Response:
        kind = (await request.json()).get("kind")
        if kind is not None and kind not in get_args(Hostile):
            return web.json_response({"error": f"unknown kind {kind!r}"}, status=400)
        self.hostile = kind
        return web.json_response({"kind": kind})

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            number = self.faults.add(fault_from(await request.json()))
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"id": number})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response({})

    def _new_id(self) -> str:
        self._asked += 1
        text = f"{self.chain.seed}|{self.chain.slot}|{self._asked}"
        return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=4))
