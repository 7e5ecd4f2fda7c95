"""One RPC node on 127.0.0.1: JSON-RPC over POST, pubsub over websockets, control, health."""

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.solana import control
from sandbox.solana.faults import Fault
from sandbox.solana.interruptions import Interrupted, strike
from sandbox.solana.ports import HOST, bind_pair
from sandbox.solana.pubsub import Pubsub
from sandbox.solana.rpc.dispatch import answer, failure, method_of
from sandbox.solana.rpc.errors import PARSE_ERROR, RpcError
from sandbox.solana.view import View


class Listener:
    """Serves one view on a port for HTTP and websockets, and on port + 1 for websockets too.

    NB: `@solana/web3.js` looks for websockets on port + 1.
    """

    def __init__(self, view: View, chain_control: control.ChainControl, port: int = 0) -> None:
        self.view = view
        self.pubsub = Pubsub(view)
        self.port = port
        self._control = chain_control
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where JSON-RPC is served."""
        return f"http://{HOST}:{self.port}"

    @property
    def ws_url(self) -> str:
        """Where pubsub is served."""
        return f"ws://{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen; port 0 becomes a free one whose successor is free as well."""
        app = web.Application()
        app.router.add_post("/", self._post)
        app.router.add_get("/", self.pubsub.connect)
        app.router.add_get("/health", self._health)
        app.add_routes(control.routes(self.view, self._control))
        app.on_shutdown.append(self._shut_down)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        self.port = await bind_pair(self._runner, self.port)

    async def stop(self) -> None:
        """Stop listening; hanging calls and websockets are cut."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _shut_down(self, _app: web.Application) -> None:
        self._stopping.set()
        await self.pubsub.close()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok" if self.view.healthy else "behind")

    async def _post(self, request: web.Request) -> web.Response:
        if problem := self._control.problem():
            return web.Response(status=500, text=problem)
        try:
            body = json.loads(await request.read())
        except ValueError:
            return web.json_response(failure(None, RpcError(PARSE_ERROR, "Parse error")))
        try:
            if isinstance(body, list):
                return web.json_response([await self._call(call) for call in body])
            return web.json_response(await self._call(body))
        except Interrupted as fault:
            return fault.answer(request)

    async def _call(self, call: Any) -> dict[str, Any]:
        struck = self.view.faults.draw(method_of(call))
        before = await strike([fault for fault in struck if not fault.after], self._stopping)
        if before:
            return _failed(call, before)
        done = answer(self.view, call, struck)
        after = await strike([fault for fault in struck if fault.after], self._stopping)
        return _failed(call, after) if after else done


def _failed(call: Any, fault: Fault) -> dict[str, Any]:
    return failure(call, RpcError(fault.code, fault.message, fault.data))
