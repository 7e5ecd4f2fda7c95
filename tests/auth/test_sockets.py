"""Sockets: the same credentials, and nobody else's room."""

import asyncio
from typing import Any

import pytest
from socketio import AsyncClient
from socketio.exceptions import ConnectionError as Refused

from api.auth.caller import Scope
from api.auth.claims import LAST_SECOND
from tests.auth.conftest import Guarded
from tests.auth.makers import at, bad_tokens, now, token
from tests.controls.start_requests import example

UNKNOWN = "0190b6d0-0000-7000-8000-000000000001"


async def refused(guarded: Guarded, code: str, **how: Any) -> None:
    """The handshake is refused with this code."""
    client = AsyncClient(reconnection=False)
    errors: list[Any] = []
    client.on("connect_error", errors.append)
    with pytest.raises(Refused):
        await client.connect(guarded.api.url, transports=["websocket"], **how)
    await client.disconnect()
    assert [error["data"]["code"] for error in errors] == [code]
    assert guarded.api.parts.relay.connections == 0


async def join(client: AsyncClient, payload: Any = None) -> dict[str, Any]:
    """Ask for a room; without a payload, as `emit("join_room", ack)` of a browser does."""
    arguments = ["join_room"] if payload is None else ["join_room", payload]
    return dict(await client.call(*arguments, timeout=10))


async def test_no_credential_opens_no_socket(guarded: Guarded) -> None:
    await refused(guarded, "unauthenticated")
    await refused(guarded, "unauthenticated", auth={"user": "alice"})
    await refused(guarded, "unauthenticated", auth={"token": 17})


@pytest.mark.parametrize("wrong", bad_tokens())
async def test_a_bad_credential_opens_no_socket(guarded: Guarded, wrong: str) -> None:
    await refused(guarded, "unauthenticated", auth={"token": bad_tokens()[wrong]})


async def test_reading_needs_its_scope(guarded: Guarded) -> None:
    await refused(guarded, "forbidden", auth={"token": token(scope="submit cancel admin")})
    key = await guarded.key(frozenset({Scope.SUBMIT}))
    await refused(guarded, "forbidden", headers={"X-Api-Key": key})


async def test_a_user_follows_its_own_room_and_no_other(guarded: Guarded) -> None:
    job_id = (await guarded.start(token("bob"), example(userId="bob"))).body["jobId"]
    client = await guarded.socket({"token": token("alice")})
    for payload in ("alice", {"userId": "alice"}, None, {}, {"cursors": None}):
        ack = await join(client, payload)
        assert (ack["success"], ack.get("room")) == (True, "user:alice"), ack
    for payload in ("bob", {"userId": "bob"}, {"jobId": job_id}, {"jobId": UNKNOWN}):
        ack = await join(client, payload)
        assert (ack["success"], ack["code"]) == (False, "not_found"), payload
    await client.disconnect()


async def test_nothing_of_another_user_is_heard(guarded: Guarded) -> None:
    heard: list[Any] = []
    client = await guarded.socket({"token": token("alice")})
    client.on("external_buy_job_created", heard.append)
    await join(client)
    await guarded.start(token("bob"), example(userId="bob"))
    await guarded.start(token("alice"), example(userId="alice"))
    async with asyncio.timeout(10):
        while not heard:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    assert [payload["userId"] for payload in heard] == ["alice"]
    await client.disconnect()


async def test_a_token_for_a_job_follows_that_job_alone(guarded: Guarded) -> None:
    started = await guarded.start(token("alice"), example(userId="alice"))
    job_id = started.body["jobId"]
    other = (await guarded.start(token("alice"), example(userId="alice"))).body["jobId"]
    minted = await guarded.mint(token("alice"), jobId=job_id)
    client = await guarded.socket({"token": minted.body["data"]["token"]})
    assert (await join(client, {"jobId": job_id}))["success"] is True
    assert (await join(client))["room"] == f"job:{job_id}"
    for payload in ("alice", {"jobId": other}, {"userId": "alice"}):
        assert (await join(client, payload))["code"] == "not_found"
    await client.disconnect()


async def test_a_service_key_follows_whom_it_names(guarded: Guarded) -> None:
    for how in (
        {"headers": {"X-Api-Key": await guarded.key()}},
        {"auth": {"apiKey": await guarded.key()}},
    ):
        client = await guarded.socket(**how)
        assert (await join(client, "alice"))["success"] is True
        assert (await join(client, "bob"))["success"] is True
        assert (await join(client))["code"] == "invalid_request"
        await client.disconnect()


async def closed(client: AsyncClient, within_s: float) -> float:
    """Wait until the server has disconnected this client; answer how long that took."""
    began = now()
    async with asyncio.timeout(within_s):
        while client.connected:
            await asyncio.sleep(0.02)
    return (now() - began).total_seconds()


async def test_a_socket_ends_with_its_token(guarded: Guarded) -> None:
    """The leeway for other machines' clocks is part of a token's life."""
    client = await guarded.socket({"token": token(exp=at(-28))})
    assert (await join(client))["success"] is True
    assert await closed(client, 6) < 4
    await client.disconnect()


async def test_a_socket_of_a_token_without_an_end_in_sight_stays(guarded: Guarded) -> None:
    client = await guarded.socket({"token": token(exp=LAST_SECOND)})
    assert (await join(client))["success"] is True
    await asyncio.sleep(0.6)
    assert client.connected
    await client.disconnect()


async def test_a_socket_ends_when_its_key_is_revoked(guarded: Guarded) -> None:
    key = await guarded.key()
    client = await guarded.socket({"apiKey": key})
    await asyncio.sleep(0.6)
    assert client.connected
    assert await guarded.keys.revoke(key.split("_")[1], now()) is True
    await closed(client, 3)
    await client.disconnect()


async def test_pages_of_other_origins_open_no_socket(guarded: Guarded) -> None:
    with pytest.raises(Refused):
        await guarded.socket({"token": token()}, {"Origin": "https://evil.example.com"})
