"""The routes of the pages. Their files' address has their digest, so browsers may keep them."""

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final

from aiohttp import web

from api.page.assets import INDEX, REFERENCE, TYPES, Assets
from api.web.problem import Problem
from buyqueue.errors import Code

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
NOT_BUILT: Final = (
    "The page of this installation was not built.\n\n"
    "In a checkout: uv run python web/page_build.py, then restart the api.\n"
    "The service itself works: GET /openapi.json describes it.\n"
)


def wants_page(request: web.Request) -> bool:
    """Tell whether a browser asks, which names `text/html`; everybody else gets JSON."""
    return "text/html" in request.headers.get("Accept", "")


class Page:
    """Serves the page, and the reference of the API, to browsers."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes; `/` itself is shared with the index."""
        return [
            web.get("/docs", self.reference),
            web.get("/page/{digest}/{name:.+}", self.file),
        ]

    def show(self, name: str = INDEX) -> web.Response:
        """Answer a page, or plainly say that there is none."""
        body = self._assets.files.get(name)
        if body is None:
            return web.Response(text=NOT_BUILT, headers={"Vary": "Accept"})
        headers = {"Content-Security-Policy": POLICY, "Vary": "Accept"}
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)

    async def reference(self, _request: web.Request) -> web.Response:
        """Answer the page that shows the API and tries it."""
        return self.show(REFERENCE)

    async def file(self, request: web.Request) -> web.Response:
        """Answer a file. Another digest is another build: then the page is to be loaded again."""
        digest, name = request.match_info["digest"], request.match_info["name"]
        body = self._assets.file_of(digest, name)
        if body is None:
            raise Problem(HTTPStatus.NOT_FOUND, Code.NOT_FOUND, "There is no such file")
        return web.Response(
            body=body,
            content_type=TYPES[PurePosixPath(name).suffix],
            charset="utf-8",
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )
