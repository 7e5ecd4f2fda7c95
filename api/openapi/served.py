"""The route that serves the document."""

import json
from importlib.metadata import version

from aiohttp import web

from api.openapi.document import JSON, document

PATH = "/openapi.json"


def openapi_routes(*, debug: bool, guarded: bool) -> list[web.RouteDef]:
    """Answer the route; the document is written once, here."""
    written = document(version=version("external-buy-queue"), debug=debug, guarded=guarded)
    text = json.dumps(written, ensure_ascii=False, indent=2)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=JSON)

    return [web.get(PATH, openapi)]
