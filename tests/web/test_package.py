"""The npm package: its own tests, its size, and its client in Node against the real service."""

import json
import re
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from tests.docs.markdown import ROOT
from tests.e2e.conftest import Service
from tests.npm import run
from tests.web.browser import WEB
from tests.webhooks.receiver import receiving

PHASES = [
    "external_buy_job_created",
    "Buy Operation Started",
    "Preparing Wallet",
    "Executing Purchase",
    "Operation Completed",
    "external_buy_result",
]
KB = 1024


pytestmark = pytest.mark.usefixtures("built")


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
    page = (ROOT / "docs" / "react.md").read_text()
    shown = dict(re.findall(r"^\| `external-buy-queue(\S*)`.* \| (\d+) \|$", page, re.MULTILINE))
    assert shown.keys() == found.keys()
    for name, one in found.items():
        print(f"external-buy-queue{name}: {one['bytes']} bytes, {one['gzip']} with gzip")  # noqa: T201
        assert ([], [], []) == (one["foreign"], one["secrets"], one["ofNode"])
        assert {"react", "react/jsx-runtime"} >= set(one["imports"])
        assert int(shown[name]) - 2 < one["gzip"] / KB <= int(shown[name])


async def test_the_client_follows_a_buy_over_either_transport(service: Service) -> None:
    keys = {name: str(await service.buyer()) for name in ("socket.io", "sse")}
    told = {"url": service.url, "mint": service.mint, "keys": keys}
    written = await on_service("transports", told)
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


async def on_service(script: str, told: dict[str, Any]) -> str:
    """Run a script of web/test/service in Node; answer what it prints."""
    with NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(told, file)
        file.flush()
        path = f"test/service/{script}.mjs"
        code, written = await run("node", path, file.name, cwd=WEB, within_s=60)
    assert 0 == code, written
    return written


async def test_the_client_keeps_webhooks(service: Service) -> None:
    async with receiving() as receiver:
        told = {"url": service.url, "receiver": receiver.url, "userId": "node-hooked"}
        found = json.loads((await on_service("webhooks", told)).splitlines()[-1])
    (ping,) = [one for one in receiver.came if one.body["type"] == "ping"]
    assert ping.is_signed_with(found.pop("secret"))
    assert {
        "made": ["node-hooked", 0],
        "tested": [True, 204],
        "rotated": True,
        "listed": [True],
        "replayed": {"0": -1},
        "same": True,
        "gone": ["ApiError", 404, "webhook_not_found"],
    } == found
