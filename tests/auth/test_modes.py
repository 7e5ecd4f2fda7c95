"""Open on this machine, or closed; and which pages may call."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from socketio import AsyncSimpleClient

from api.auth.door import GuardedDoor
from api.auth.origins import is_origin, is_this_machine
from api.auth.ownership import Owners
from api.auth.setting_up import check_auth
from api.parts import Parts
from api.relay.door import Visitor
from api.submissions.rows import Rows
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from sandbox.state.ports import free_port
from tests.api.conftest import settings_of
from tests.api.process import program, until_ready
from tests.api.quiet_relay import NoSockets, QuietRelay
from tests.api.refusals import check_refusal
from tests.api.running import Api, served
from tests.auth.conftest import Guarded, guarded_parts
from tests.auth.makers import OWN_SECRET, SHARED_SECRET, token
from tests.controls.start_requests import example

PAGE = "https://app.example.com"
SECRET = {"auth": "required", "token_secret": SecretStr(OWN_SECRET)}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"auth": "required"}, "TOKEN_SECRET"),
        ({"auth": "open", "host": "0.0.0.0"}, "HOST"),
        ({"auth": "open", "host": "::"}, "HOST"),
        ({"auth": "open", "host": ""}, "HOST"),
        ({"auth": "open", "host": "10.0.0.7"}, "HOST"),
        ({"auth": "open", "host": "api.example.com"}, "HOST"),
        ({"auth": "required", "token_secret": SecretStr("short")}, "TOKEN_SECRET"),
        (SECRET | {"jwt_secret": SecretStr("short")}, "JWT_SECRET"),
        (SECRET | {"jwt_secret": SecretStr(OWN_SECRET)}, "differ"),
        (SECRET | {"jwks_url": "http://login.example.com/keys"}, "JWKS_URL"),
        (SECRET | {"jwks_url": "https://a.example", "jwks_file": Path("k")}, "not both"),
        ({"auth": "open", "cors_origins": ("*",)}, "CORS_ORIGINS"),
        ({"auth": "open", "cors_origins": ("https://app.example.com/",)}, "CORS_ORIGINS"),
    ],
)
def test_an_api_that_would_not_be_safe_does_not_start(fields: dict[str, Any], named: str) -> None:
    settings = settings_of(**fields)
    with pytest.raises(ValueError, match=named):
        check_auth(settings)


def test_what_may_start() -> None:
    for host in ("127.0.0.1", "::1", "localhost", "127.1.2.3"):
        check_auth(settings_of(host=host, auth="open"))
    check_auth(settings_of(host="0.0.0.0", **SECRET))


def test_it_is_closed_unless_it_is_told_otherwise() -> None:
    assert Settings(_env_file=None).auth == "required"


@pytest.mark.parametrize(
    "other",
    [{"AUTH": "open", "HOST": "0.0.0.0"}, {"AUTH": "required", "TOKEN_SECRET": ""}],
)
async def test_the_program_refuses_and_says_what_to_set(
    settings: Settings, other: dict[str, str]
) -> None:
    process = await program(settings, **other)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert b"TOKEN_SECRET" in err
    assert b"AUTH=" in err


def test_names_of_this_machine() -> None:
    for mine in ("localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "a.localhost"):
        assert is_this_machine(mine), mine
    for name in ("", None, "localhost.evil.com", "127.0.0.1.evil.com", "0.0.0.0", "8.8.8.8", "::"):
        assert not is_this_machine(name), name


def test_origins() -> None:
    for text in ("https://app.example.com", "http://localhost:5173", "http://[::1]:3000"):
        assert is_origin(text), text
    for text in ("*", "null", "", "app.example.com", "https://a.b/", "https://*.b", "https://u@b"):
        assert not is_origin(text), text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.com"},  # a name that was made to mean 127.0.0.1
        {"Host": "evil.example.com:3001"},
        {"Host": "127.0.0.1.evil.example.com"},
        {"Host": "[::1"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "http://localhost:9"},
        {"Origin": "null"},
    ],
)
async def test_an_open_api_answers_no_page_from_elsewhere(
    api: Api, headers: dict[str, str]
) -> None:
    before = await api.written()
    json = {"Content-Type": "application/json"}
    for method, path in (
        ("POST", "/api/external-buy/start"),
        ("GET", "/health/ready"),
        ("GET", "/socket.io/?EIO=4&transport=polling"),
    ):
        body = {"json": example()} if method == "POST" else {}
        answer = await api.call(method, path, headers=json | headers, **body)
        check_refusal(answer, status=403, code="foreign_origin")
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert await api.written() == before


async def test_an_open_api_answers_its_own_pages_and_programs(api: Api) -> None:
    for headers in ({}, {"Origin": api.url}, {"Host": "localhost:1"}):
        answer = await api.call("GET", "/health/live", headers=headers)
        assert answer.status == 200


async def test_an_open_api_makes_no_tokens(api: Api) -> None:
    answer = await api.call("POST", "/api/external-buy/token", json={"userId": "alice"})
    check_refusal(answer, status=404, code="not_found")


async def test_only_an_open_api_tells_everything_to_sockets_that_join_nothing(
    api: Api, guarded: Guarded
) -> None:
    async def hears_all(api: Api, auth: Any) -> bool:
        parts = api.parts
        owners = Owners(parts.queries, Rows(parts.engine, timeout_ms=5_000))
        door = GuardedDoor(parts.gate, owners, parts.clock)
        return (await door.admit(Visitor({}, auth))).hears_all

    assert [True, True, False] == [
        await hears_all(api, auth) for auth in (None, {}, {"joins": True})
    ]
    assert [False, False] == [
        await hears_all(guarded.api, {"token": one})
        for one in (token("alice"), await guarded.key())
    ]


@pytest.fixture
async def for_pages(parts: Parts, reader: LogReader, tmp_path: Path) -> AsyncIterator[Api]:
    behind = guarded_parts(parts, tmp_path / "jwks.json", cors_origins=(PAGE,))
    behind = replace(behind, relay=QuietRelay(), sockets=NoSockets())
    async with served(behind, reader) as running:
        yield running


async def test_named_pages_may_call_and_read_refusals(for_pages: Api) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    url = for_pages.url + "/api/external-buy/start"
    async with for_pages.session.options(url, headers={"Origin": PAGE} | asked) as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
    refused = await for_pages.call("POST", "/api/external-buy/start", headers={"Origin": PAGE})
    assert refused.status == 401
    assert refused.headers["Access-Control-Allow-Origin"] == PAGE
    good = {"Origin": PAGE, "Authorization": f"Bearer {token('user123')}"}
    started = await for_pages.call("POST", "/api/external-buy/start", headers=good, json=example())
    assert (started.status, started.headers["Vary"]) == (202, "Origin")


async def test_other_pages_get_no_leave(for_pages: Api) -> None:
    url = for_pages.url + "/api/external-buy/start"
    for origin in (
        "https://evil.example.com",
        "null",
        PAGE + ".evil.com",
        "http://app.example.com",
    ):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        async with for_pages.session.options(url, headers=asked) as answer:
            assert answer.status == 405
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_program_serves_whoever_has_a_token(settings: Settings) -> None:
    """As it is run: closed, on all addresses, with a key for user tokens."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    secrets = {"AUTH": "required", "TOKEN_SECRET": OWN_SECRET, "JWT_SECRET": SHARED_SECRET}
    closed = settings.model_copy(update={"port": port})
    process = await program(closed, HOST="0.0.0.0", **secrets)
    try:
        async with asyncio.timeout(40), aiohttp.ClientSession() as session:
            await until_ready(session, url, process)
            start = f"{url}/api/external-buy/start"
            async with session.post(start, json=example()) as answer:
                assert answer.status == 401
            mine = token("user123")
            headers = {"Authorization": f"Bearer {mine}"}
            async with session.post(start, json=example(), headers=headers) as answer:
                assert answer.status == 202
                assert answer.headers["RateLimit-Limit"] == "600"
                assert answer.headers["RateLimit-Remaining"] == "599"
            async with AsyncSimpleClient(reconnection=False) as socket:
                await socket.connect(url, auth={"token": mine}, transports=["websocket"])
                assert (await socket.call("join_room", timeout=10))["room"] == "user:user123"
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 10)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    assert b"Traceback" not in err
    for secret in (mine, OWN_SECRET, SHARED_SECRET):
        assert secret.encode() not in err
