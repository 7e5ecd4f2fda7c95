"""Public keys that come, change and cannot be read."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web

from api.auth.jwks import ALGORITHMS, ASK_AGAIN_S, MAX_AGE_S, Jwks, from_file, from_url, read_keys
from buyqueue.errors import Unavailable
from tests.auth.makers import jwks, now


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return now()

    def monotonic(self) -> float:
        return self.seconds

    def new_id(self) -> UUID:
        raise AssertionError

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Source:
    """A place that keys are read from; counts how often."""

    def __init__(self, raw: bytes | None) -> None:
        self.raw = raw
        self.asked = 0

    async def load(self) -> bytes:
        self.asked += 1
        if self.raw is None:
            raise OSError("away")
        return self.raw


def without(key_id: str) -> bytes:
    keys = [key for key in json.loads(jwks())["keys"] if key["kid"] != key_id]
    return json.dumps({"keys": keys}).encode()


def test_only_public_keys_that_we_can_use_are_read() -> None:
    keys = read_keys(jwks())
    assert set(keys) == {"rsa", "ec", "ed"}
    assert {key.algorithm_name for key in keys.values()} == set(ALGORITHMS)
    for raw in (b"[]", b"{}", b'{"keys": {}}', b"no"):
        with pytest.raises(ValueError):  # noqa: PT011 - of either kind
            read_keys(raw)


async def test_keys_are_read_once_and_a_new_one_is_found() -> None:
    clock, source = Hands(), Source(without("ed"))
    keys = Jwks(source.load, clock)
    for _ in range(5):
        assert await keys.key("rsa") is not None
    assert source.asked == 1
    source.raw = jwks()
    assert await keys.key("ed") is None  # asked just now
    await clock.sleep(ASK_AGAIN_S + 1)
    assert await keys.key("ed") is not None
    assert source.asked == 2
    source.raw = without("rsa")
    await clock.sleep(MAX_AGE_S + 1)
    assert await keys.key("rsa") is None


async def test_known_keys_go_on_while_none_can_be_read() -> None:
    clock, source = Hands(), Source(None)
    keys = Jwks(source.load, clock)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await keys.key("rsa")
    assert source.asked == 1
    source.raw = jwks()
    await clock.sleep(ASK_AGAIN_S + 1)
    assert await keys.key("rsa") is not None
    source.raw = None
    await clock.sleep(MAX_AGE_S + 1)
    assert await keys.key("rsa") is not None
    assert source.asked == 3


async def test_a_token_that_names_no_key_gets_the_only_one() -> None:
    (one,) = (key for key in json.loads(jwks())["keys"] if key["kid"] == "ec")
    alone = Jwks(Source(json.dumps({"keys": [one]}).encode()).load, Hands())
    assert await alone.key(None) is not None
    assert await Jwks(Source(jwks()).load, Hands()).key(None) is None


async def test_from_a_file_and_from_an_address(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(jwks())
    assert await from_file(path)() == jwks()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "/keys"})
        return web.Response(body=jwks() if request.path == "/keys" else b" " * 300_000)

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        assert await from_url(f"{url}/keys")() == jwks()
        with pytest.raises(OSError, match="302"):
            await from_url(f"{url}/moved")()
        with pytest.raises(ValueError, match="longer"):
            await from_url(f"{url}/long")()
    finally:
        await runner.cleanup()
