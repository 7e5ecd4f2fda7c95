"""Sockets through the proxy: Socket.IO by its upgrade, by websocket alone, by long polling."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import socketio

from buyq.client.messages import RESULT, SHAPES
from tests.compose.live.buyers import PATIENCE_S, Buyers

ENGINE = "socket.io/?EIO=4&transport=polling"


@asynccontextmanager
async def joined(
    buyers: Buyers, transports: list[str], user: str
) -> AsyncIterator[tuple[socketio.AsyncClient, list[Any]]]:
    """Follow a user by python-socketio's own client, with a browser's cookies."""
    heard: list[Any] = []
    # NB: cookies of an address, not of a name, are not kept by aiohttp unless told.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        sio = socketio.AsyncClient(http_session=session, reconnection=False, handle_sigint=False)
        for name in SHAPES:
            sio.on(name, lambda wire, name=name: heard.append((name, wire)))
        auth = {"token": buyers.api_key}
        await sio.connect(buyers.stack.url, auth=auth, transports=transports, wait_timeout=60)
        try:
            answer = await sio.call("join_room", {"userId": user}, timeout=60)
            assert answer["success"] is True
            yield sio, heard
        finally:
            await sio.disconnect()


@pytest.mark.parametrize(
    ("transports", "ends_as"),
    [(["polling", "websocket"], "websocket"), (["websocket"], "websocket"), (["polling"], None)],
)
async def test_a_buy_is_heard_by_each_transport(
    transports: list[str], ends_as: str | None, buyers: Buyers
) -> None:
    user = f"by-{'-'.join(transports)}"
    async with joined(buyers, transports, user) as (sio, heard):
        purchase = await buyers.bought(user)
        async with asyncio.timeout(PATIENCE_S):
            while not any(name == RESULT for name, _ in heard):
                await asyncio.sleep(0.1)
        assert (ends_as or "polling") == sio.transport()
        places = [(name, wire["partition"], wire["cursor"]) for name, wire in heard]
    assert await buyers.story(purchase.job_id) == places


async def test_long_polling_stays_with_its_replica_by_the_cookie_alone(buyers: Buyers) -> None:
    """Both replicas get sockets; a session's cookie leads back to its own, its lack astray."""
    replicas, astray = set(), 0
    for _ in range(8):
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            async with session.get(f"{buyers.stack.url}/{ENGINE}") as opened:
                cookie = opened.cookies["buyq_replica"].value
                sid = (await opened.text()).split('"sid":"')[1].split('"')[0]
            replicas.add(cookie)
            url = f"{buyers.stack.url}/{ENGINE}&sid={sid}"
            headers = {"Cookie": f"buyq_replica={cookie}"}
            async with session.post(url, data="40", headers=headers) as answer:
                assert 200 == answer.status
            async with session.post(url, data="3") as answer:
                astray += answer.status == 400
    assert {"1", "2"} == replicas
    assert astray > 0
