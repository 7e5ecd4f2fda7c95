"""A stand-in for the transit engine of HashiCorp Vault, by its documented HTTP contract.

`POST /v1/transit/keys/:name`, `GET /v1/transit/keys/:name`, `POST /v1/transit/sign/:name`, the
token in `X-Vault-Token`, errors as `{"errors": [...]}` with 400, 403, 404 and, sealed, 503.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from solders.keypair import Keypair

TOKEN = "hvs.test-token-of-the-stand-in"  # noqa: S105 (opens nothing but the stand-in)


@dataclass
class Transit:
    """Its keys, what it was asked, and how it behaves: ok, lies, hangs, refuses, sealed, babbles.

    Checks of a key are answered well unless it is sealed.
    """

    behaviour: str = "ok"
    keys: dict[str, Keypair] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/v1/transit/keys/{name}", self.create),
                web.get("/v1/transit/keys/{name}", self.show),
                web.post("/v1/transit/sign/{name}", self.sign),
            ]
        )
        return app

    async def create(self, request: web.Request) -> web.Response:
        self._check(request)
        assert (await request.json()) == {"type": "ed25519"}
        self.keys.setdefault(request.match_info["name"], Keypair())
        return await self.show(request)

    async def show(self, request: web.Request) -> web.Response:
        self._check(request)
        public = base64.b64encode(bytes(self._key(request).pubkey())).decode()
        return data(
            {
                "type": "ed25519",
                "supports_signing": True,
                "latest_version": 1,
                "keys": {"1": {"public_key": public}},
            }
        )

    async def sign(self, request: web.Request) -> web.Response:
        self._check(request)
        message = base64.b64decode((await request.json())["input"], validate=True)
        key = self._key(request)
        match self.behaviour:
            case "hangs":
                await asyncio.sleep(3600)
            case "refuses":
                raise errors(web.HTTPForbidden, "permission denied")
            case "babbles":
                return data({"signature": "vault:v1:AAAA"})
            case "lies":
                key = Keypair()
        self.signed.append(request.match_info["name"])
        signature = base64.b64encode(bytes(key.sign_message(message))).decode()
        return data({"signature": f"vault:v1:{signature}", "key_version": 1})

    def _check(self, request: web.Request) -> None:
        if self.behaviour == "sealed":
            raise errors(web.HTTPServiceUnavailable, "Vault is sealed")
        if request.headers.get("X-Vault-Token") != TOKEN:
            raise errors(web.HTTPForbidden, "permission denied")

    def _key(self, request: web.Request) -> Keypair:
        name = request.match_info["name"]
        if name not in self.keys:
            raise errors(web.HTTPBadRequest, "signing key not found")
        return self.keys[name]


def data(found: dict[str, Any]) -> web.Response:
    return web.json_response({"request_id": "1", "lease_id": "", "data": found})


def errors(kind: type[web.HTTPException], text: str) -> web.HTTPException:
    return kind(text=json.dumps({"errors": [text]}), content_type="application/json")


@asynccontextmanager
async def transit() -> AsyncIterator[tuple[Transit, str]]:
    """Run a stand-in; itself and its URL."""
    made = Transit()
    runner = web.AppRunner(made.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield made, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
