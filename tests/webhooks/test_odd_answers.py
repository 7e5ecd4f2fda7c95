"""Answers that are neither yes nor no."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import web

from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.replicas import make, replica
from tests.webhooks.test_delivery import new_user


async def test_a_receiver_may_ask_for_time(ground: Ground) -> None:
    user = new_user()
    busy = {"Retry-After": "600"}
    async with (
        receiving(answer=lambda *_: web.Response(status=429, headers=busy)) as receiver,
        projecting(ground),
        replica(ground) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        async with asyncio.timeout(60):
            while (found := await made.now()).next_attempt_at is None:
                await asyncio.sleep(0.02)
        assert timedelta(seconds=590) < found.next_attempt_at - CLOCK.now()


async def test_a_redirect_is_not_followed(ground: Ground) -> None:
    user = new_user()
    async with receiving() as other, projecting(ground), replica(ground) as sender:
        away = {"Location": other.url}
        async with receiving(answer=lambda *_: web.Response(status=307, headers=away)) as receiver:
            await append_all(ground.journal, whole_buy(user))
            made = await make(ground, receiver, user)
            sender.webhooks.sending.look()
            await receiver.tried(2)
            error = (await made.now()).last_error
            assert "it answered 307; redirects are not followed" == error
            assert [] == other.came


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 65_536


async def test_an_answer_is_not_read_to_its_end(ground: Ground) -> None:
    """There is none: who waited for it would time out."""
    user = new_user()
    async with (
        receiving(answer=lambda *_: web.Response(status=200, body=endless())) as receiver,
        projecting(ground),
        replica(ground) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        await make(ground, receiver, user)
        sender.webhooks.sending.look()
        await receiver.took(8)
        async with asyncio.timeout(20):
            while sender.attempts("delivered") < 8:
                await asyncio.sleep(0.02)
        assert 0 == sender.attempts("timed_out")


async def test_an_answer_that_is_no_http_is_a_failure_as_any_other(ground: Ground) -> None:
    user = new_user()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"what do you want?\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with server, projecting(ground), replica(ground) as sender:
        await append_all(ground.journal, whole_buy(user))
        made = await make(ground, Receiver(f"http://127.0.0.1:{port}/"), user)
        sender.webhooks.sending.look()
        assert "the connection broke, or the answer is not HTTP" == await made.error()
