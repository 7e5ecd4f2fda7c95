"""The route that serves the vault's public key, for clients that seal their keys themselves."""

from aiohttp import web

from buyqueue.sealing import CLIENT_INFO, SUITE_NAME, Sealer, public_key_text


class VaultKey:
    """Tells what to seal a wallet key to, and how."""

    def __init__(self, *, sealer: Sealer) -> None:
        self._data = {
            "keyId": sealer.key_id,
            "publicKey": public_key_text(sealer.public_key),
            "suite": SUITE_NAME,
            "info": CLIENT_INFO,
        }

    def routes(self) -> list[web.RouteDef]:
        """Answer the route."""
        return [web.get("/api/external-buy/vault-key", self.show)]

    async def show(self, _request: web.Request) -> web.Response:
        """Answer `{success, data: {keyId, publicKey, suite, info}}`; it changes on rotation."""
        return web.json_response({"success": True, "data": self._data})
