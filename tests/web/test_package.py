"""The npm package: its own tests, its size, and its client in Node against the real service."""

import json
import re
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from tests.docs.markdown import ROOT, listings
from tests.e2e.conftest import Service
from tests.npm import run
from tests.web.browser import WEB

PHASES = [
    "external_buy_job_created",
    "Buy Operation Started",
    "Preparing Wallet",
    "Executing Purchase",
    "Operation Completed",
    "external_buy_result",
]
KB = 1024


@pytest.fixture(scope="module", autouse=True)
async def built(installed: None) -> None:
    code, written = await run("npm", "run", "build", cwd=WEB, within_s=60)
    assert 0 == code, written


async def test_its_types_hold() -> None:
    code, written = await run("npx", "tsc", "-p", "tsconfig.json", cwd=WEB, within_s=60)
    assert 0 == code, written


async def test_its_own_tests_pass() -> None:
    code, written = await run("npx", "vitest", "run", cwd=WEB, within_s=110)
    assert 0 == code, written[-5_000:]


async def test_a_bundle_is_small_and_holds_only_our_own_code() -> None:
    code, written = await run("node", "test/bundle.mjs", cwd=WEB, within_s=60)
    assert 0 == code, written
    found: dict[str, dict[str, Any]] = json.loads(written)
    for name, one in found.items():
        print(f"{name}: {one['bytes']} bytes, {one['gzip']} with gzip")  # noqa: T201
        assert [] == one["foreign"]
        assert {"react", "react/jsx-runtime"} >= set(one["imports"])
        assert one["gzip"] < 12 * KB


async def test_the_client_follows_a_buy_over_either_transport(service: Service) -> None:
    keys = {name: str(await service.buyer()) for name in ("socket.io", "sse")}
    told = {"url": service.url, "mint": service.mint, "keys": keys}
    with NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(told, file)
        file.flush()
        script = "test/service/transports.mjs"
        code, written = await run("node", script, file.name, cwd=WEB, within_s=60)
    assert 0 == code, written
    assert str(keys) not in written
    seen = {
        "heard": PHASES,
        "transport": "closed",
        "listed": [True],
        "accepted": True,
        "refused": ["ApiError", 409, "already_finished"],
    }
    assert {
        "socket.io again": True,
        "socket.io": seen,
        "sse again": True,
        "sse": seen,
        "quote": True,
        "overview": True,
    } == json.loads(written.splitlines()[-1])


async def test_the_listings_of_the_react_guide_are_typed() -> None:
    folder = WEB / "test" / "guide"
    folder.mkdir(exist_ok=True)
    made = []
    try:
        for number, listing in enumerate(listings(ROOT / "docs" / "react.md")):
            if listing.language in ("ts", "tsx"):
                made.append(folder / f"listing{number}.{listing.language}")
                made[-1].write_text(with_own_paths(listing.text))
        assert len(made) >= 4
        code, written = await run("npx", "tsc", "-p", "tsconfig.json", cwd=WEB, within_s=60)
        assert 0 == code, written
    finally:
        for path in made:
            path.unlink()
        folder.rmdir()


async def test_the_listing_of_the_vanilla_guide_buys(service: Service) -> None:
    (text,) = [
        one.text
        for one in listings(ROOT / "docs" / "vanilla.md")
        if one.language == "js" and "createClient" in one.text
    ]
    key = str(await service.buyer())
    filled = (
        text.replace("'external-buy-queue'", "'../dist/index.js'")
        .replace("http://127.0.0.1:3001", service.url)
        .replace("<mint>", service.mint)
        .replace("<base58 key>", key)
    )
    script = WEB / "test" / "vanilla-listing.mjs"
    script.write_text(filled)
    try:
        code, written = await run("node", str(script), cwd=WEB, within_s=60)
    finally:
        script.unlink()
    assert 0 == code, written
    lines = written.splitlines()
    assert ["10%", "35%", "70%", "100%"] == list(
        dict.fromkeys(re.findall(r"^(\d+%)", "\n".join(lines), re.MULTILINE))
    )
    assert "Bought" in lines[-1]


def with_own_paths(text: str) -> str:
    paths = {"": "index", "/react": "react/index", "/store": "store/index"}
    paths |= {"/wallet": "wallet/index", "/testing": "testing/index"}
    for name, path in paths.items():
        text = text.replace(f"'external-buy-queue{name}'", f"'../../src/{path}.js'")
    return text.replace("import 'external-buy-queue/react/theme.css';\n", "")
