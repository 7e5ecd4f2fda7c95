"""Websocket subscriptions: signature, slot and account."""

import asyncio
import contextlib
import itertools
import json
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.solana.ledger.blocks import Block
from sandbox.solana.rpc.dispatch import answer, failure, method_of, result
from sandbox.solana.rpc.errors import PARSE_ERROR, RpcError
from sandbox.solana.rpc.params import Params
from sandbox.solana.subscriptions import OPENERS, Subscription
from sandbox.solana.view import View

_numbers = itertools.count(1)


class Connection:
    """One client; what is sent to it goes through a queue, so that order holds."""

    def __init__(self, view: View, socket: web.WebSocketResponse) -> None:
        self._view = view
        self._socket = socket
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._open: dict[int, Subscription] = {}

    async def serve(self) -> None:
        """Answer calls until the client leaves."""
        writer = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                if message.type == WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer

    def notify(self) -> None:
        """Queue what the newest block has to say; one-shot subscriptions end with it."""
        for number, subscription in list(self._open.items()):
            news = subscription.news(self._view)
            if news is None:
                continue
            params = {"result": news, "subscription": number}
            self._send({"jsonrpc": "2.0", "method": subscription.notification, "params": params})
            if subscription.once:
                del self._open[number]

    async def close(self) -> None:
        """Say goodbye."""
        await self._socket.close()

    async def _write(self) -> None:
        while True:
            await self._socket.send_str(await self._outbox.get())

    def _send(self, message: dict[str, Any]) -> None:
        self._outbox.put_nowait(json.dumps(message))

    def _take(self, text: str) -> None:
        try:
            call = json.loads(text)
        except ValueError:
            self._send(failure(None, RpcError(PARSE_ERROR, "Parse error")))
            return
        try:
            self._send(self._answer(call))
        except RpcError as error:
            self._send(failure(call, error))
        self.notify()

    def _answer(self, call: Any) -> dict[str, Any]:
        name = method_of(call)
        if opener := OPENERS.get(name):
            subscription = opener(self._view, Params(call.get("params")))
            number = next(_numbers)
            self._open[number] = subscription
            return result(call, number)
        if name.removesuffix("Unsubscribe") + "Subscribe" in OPENERS:
            return result(
                call, self._open.pop(Params(call.get("params")).number(0), None) is not None
            )
        return answer(self._view, call)


class Pubsub:
    """All websocket clients of one node."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._connections: set[Connection] = set()

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Upgrade a request and serve it."""
        socket = web.WebSocketResponse()
        if not socket.can_prepare(request):
            return web.Response(status=405, text="POST JSON-RPC here, or open a websocket")
        await socket.prepare(request)
        connection = Connection(self._view, socket)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)
        return socket

    def on_block(self, _block: Block) -> None:
        """Tell everybody what a new block brought."""
        for connection in self._connections:
            connection.notify()

    async def close(self) -> None:
        """Cut every client."""
        for connection in list(self._connections):
            await connection.close()
