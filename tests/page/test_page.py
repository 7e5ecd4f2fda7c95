"""The page comes with the package, needs nothing from elsewhere, and says when it is not there."""

import re

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from api.page.assets import FOLDER, Assets
from api.page.served import POLICY, Page, wants_page
from tests.openapi.ground import Ground
from web.page_build import erase, files

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_the_page_that_is_installed_is_the_one_of_these_sources() -> None:
    """After a change below web/src: `just page`."""
    assert files() == {name: body.decode() for name, body in Assets.load(FOLDER).files.items()}


async def test_a_browser_is_shown_the_page_and_others_the_routes(ground: Ground) -> None:
    async with ground.session.get(ground.url, headers=HTML) as answer:
        page = await answer.text()
        assert (200, "text/html") == (answer.status, answer.content_type)
        assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    async with ground.session.get(ground.url) as answer:
        assert "start" in (await answer.json())["routes"]
    assert len(await files_behind(ground, page)) > 20


async def test_the_reference_is_shown_under_the_pages_policy(ground: Ground) -> None:
    async with ground.session.get(f"{ground.url}/docs", headers=HTML) as answer:
        page = await answer.text()
        assert (200, "text/html") == (answer.status, answer.content_type)
        assert POLICY == answer.headers["Content-Security-Policy"]
    links = await files_behind(ground, page)
    assert [] == [link for link in links if "/client/" in link]
    assert any(link.endswith("/page/docs/main.js") for link in links)


async def files_behind(ground: Ground, page: str) -> list[str]:
    """Answer the files that a page names; each of them is served, to be kept."""
    links: list[str] = re.findall(r'(?:href|src)="(/page/[^"]+)"', page)
    for link in links:
        async with ground.session.get(ground.url + link) as answer:
            assert 200 == answer.status, link
            assert "immutable" in answer.headers["Cache-Control"]
    return links


async def test_nothing_of_the_page_is_from_elsewhere() -> None:
    for name, text in files().items():
        assert [] == re.findall(
            r"""(?:src|href|from|import|url)\s*[(=]?\s*["']?https?://""", text
        ), name
        assert "innerHTML" not in text
        assert "node:" not in text


@pytest.mark.parametrize("path", ["main.js", "../api.py", "page/%2e%2e/main.js", "page/none.js"])
async def test_what_is_no_file_of_it_is_not_found(ground: Ground, path: str) -> None:
    async with ground.session.get(f"{ground.url}/page/0000000000000000/{path}") as answer:
        assert 404 == answer.status


async def test_where_it_was_not_built_that_is_said() -> None:
    page = Page(Assets({}))

    async def index(request: web.Request) -> web.Response:
        assert wants_page(request)
        return page.show()

    app = web.Application()
    app.add_routes([web.get("/", index), *page.routes()])
    async with TestClient(TestServer(app)) as client:
        for path in ("/", "/docs"):
            async with client.get(path, headers=HTML) as answer:
                assert isinstance(answer, aiohttp.ClientResponse)
                assert "was not built" in await answer.text()


TYPED = b"""import type { A } from './a.js';
import { type B, c, type D } from './b.js';
export type { A };
/** A comment. */
export interface E { f: string }
export class G<T> implements H {
  readonly #i: T | undefined;
  private j?: number = 1;
  constructor(k: T, l?: string) { this.#i = k as unknown as T; }
  get m(): T { return this.#i!; }
  declareOf<U>(n: U): n is U & string { return c<U>(n satisfies U)!.o === 'as'; }
}
export const p = <Q>(r: Q): Q => r;
"""
PLAIN = """import {  c, } from './b.js';
export class G {
   #i;
   j = 1;
  constructor(k, l) { this.#i = k; }
  get m() { return this.#i; }
  declareOf(n) { return c(n).o === 'as'; }
}
export const p = (r) => r;
"""


def test_types_are_cut_out_and_nothing_else() -> None:
    assert squeezed(PLAIN) == squeezed(erase(TYPED))
    with pytest.raises(ValueError, match="TypeScript"):
        erase(b"const = 1")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
