"""A sender as its makers document it: it forwards, wants a tip, and answers nothing else.

Jupiter's, Jito's and Helius' agree in this: JSON-RPC `sendTransaction`, base64, no preflight, no
retries of its own, and a transfer to a published account. Error numbers are Jupiter's.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from solders.transaction import VersionedTransaction

from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ports import HOST, bind
from streams.chain.transactions import read_unsigned
from tests.integration.chain.tipping import tip_in


class Sender:
    """Takes what tips enough; remembers what it was asked."""

    def __init__(self, chain: Chain, account: str, least: int) -> None:
        self._chain = chain
        self._account = account
        self._least = least
        self.asked: list[str] = []
        self.errors: list[int] = []
        self.url = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self.url = f"http://{HOST}:{await bind(runner, 0)}/"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body: Any = await request.json()
        self.asked.append(body["method"])
        error, result = self._sent(body)
        if error:
            self.errors.append(error)
            answer: dict[str, Any] = {"error": {"code": error, "message": "refused"}}
        else:
            answer = {"result": result}
        return web.json_response({"jsonrpc": "2.0", "id": body["id"]} | answer)

    def _sent(self, body: Any) -> tuple[int, str]:
        if body["method"] != "sendTransaction":
            return -32601, ""
        encoded, options = body["params"]
        if options.get("encoding", "base64") != "base64":
            return -1016, ""
        if options.get("skipPreflight", True) is not True or options.get("maxRetries", 0) != 0:
            return -1015, ""
        wallet = VersionedTransaction.from_bytes(base64.b64decode(encoded)).message.account_keys[0]
        transaction = read_unsigned(encoded, str(wallet)).transaction
        given = tip_in(transaction, self._account)
        if given < self._least:
            return (-1013 if given else -1014), ""
        return 0, self._chain.submit(transaction)
