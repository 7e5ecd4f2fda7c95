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


@pytest.mark.parametrize("own", ["1", "2"])
async def test_long_polling_stays_with_its_replica_by_the_cookie(own: str, buyers: Buyers) -> None:
    """A session's cookie leads back to its own replica; the other's answers that it is none."""
    address = f"{buyers.stack.url}/{ENGINE}"
    cookies = {replica: {"Cookie": f"buyq_replica={replica}"} for replica in ("1", "2")}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get(address, headers=cookies[own]) as opened:
            sid = (await opened.text()).split('"sid":"')[1].split('"')[0]
        statuses = {}
        for replica in ("1", "2"):
            url = f"{address}&sid={sid}"
            async with session.post(url, data="40", headers=cookies[replica]) as answer:
                statuses[replica] = answer.status
    assert {"1": 400, "2": 400} | {own: 200} == statuses
