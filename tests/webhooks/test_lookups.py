"""Names that take for ever to look up keep only their owner waiting."""

import asyncio
import socket
from collections import Counter
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver

from api.webhooks.addresses import Allowed
from api.webhooks.lookups import LOOKUPS, OF_ONE_OWNER, Busy, Lookups, on_behalf_of
from api.webhooks.posting import Poster
from buyqueue.clock import SystemClock
from tests.projections.buys import append_all, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.webhooks.receiver import LISTED, receiving
from tests.webhooks.replicas import make, replica
from tests.webhooks.test_delivery import new_user

ALLOWED = Allowed.of((*LISTED, "localhost"))


class Hanging(AbstractResolver):
    """Knows this machine, and looks for everything else until it is told to stop."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.stop = asyncio.Event()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[Any]:
        self.asked[host] += 1
        if host != "localhost":
            await self.stop.wait()
            raise OSError
        answer = {"hostname": host, "host": "127.0.0.1", "port": port, "family": family}
        return [{**answer, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Has nothing to close."""


async def test_a_good_host_is_not_delayed_by_names_that_hang() -> None:
    """Neither while somebody waits for these, nor after that."""
    slow = Hanging()
    async with (
        receiving() as receiver,
        Poster(ALLOWED, SystemClock(), 2, slow) as poster,
        asyncio.TaskGroup() as group,
    ):
        posts = [
            group.create_task(poster.post(f"https://{n}.example/", {}, b"", f"user-{n % 4}"))
            for n in range(40)
        ]
        url = receiver.url.replace("127.0.0.1", "localhost")
        headers = {
            "webhook-id": "1",
            "webhook-timestamp": "1",
            "webhook-signature": "v1,x",
            "Connection": "close",
        }
        await asyncio.sleep(0.1)
        beside = await poster.post(url, headers, b"{}", "good")
        outcomes = Counter([(await post).outcome for post in posts])
        after = await poster.post(url, headers, b"{}", "good")
    assert ["delivered", "delivered"] == [beside.outcome, after.outcome]
    assert 2 == slow.asked["localhost"]
    assert max(beside.ms, after.ms) < 400
    assert {"timed_out": 4 * OF_ONE_OWNER, "busy": 40 - 4 * OF_ONE_OWNER} == outcomes


async def test_a_host_is_looked_up_once_at_a_time() -> None:
    """Whoever asks meanwhile, with whatever port, gets the same answer; afterwards it is asked."""
    slow = Hanging()
    lookups = Lookups(slow)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lookups.resolve("slow.example", 443), 0.05)
    assert 1 == slow.asked["slow.example"]
    waiting = asyncio.create_task(lookups.resolve("slow.example", 8443))
    await asyncio.sleep(0)
    slow.stop.set()
    with pytest.raises(OSError):  # noqa: PT011 - the answer that there is
        await waiting
    found = [await lookups.resolve("localhost", port) for port in (443, 8443)]
    assert [443, 8443] == [one["port"] for (one,) in found]
    assert 2 == slow.asked["localhost"]


async def test_where_there_is_no_turn_that_is_said_soon_and_is_no_answer_about_the_host() -> None:
    slow = Hanging()
    lookups = Lookups(slow)
    tasks = []
    for n in range(LOOKUPS):
        with on_behalf_of(f"user-{n}"):
            tasks.append(asyncio.create_task(lookups.resolve(f"{n}.example")))
    await asyncio.sleep(0.05)
    with pytest.raises(Busy):
        await lookups.resolve("localhost")
    slow.stop.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await lookups.resolve("localhost")


class Full(Hanging):
    """Has no turn for anybody, for a while."""

    full = True

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[Any]:
        if self.full:
            raise Busy
        return await super().resolve(host, port, family)


async def test_no_failure_is_counted_for_want_of_a_turn(ground: Ground) -> None:
    """It is tried again by itself, and sent all as soon as there is a turn."""
    user, lookup = new_user(), Full()
    async with (
        receiving() as receiver,
        projecting(ground),
        replica(ground, lookup, webhook_allow=(*LISTED, "localhost")) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        receiver.url = receiver.url.replace("127.0.0.1", "localhost")
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        async with asyncio.timeout(60):
            while sender.attempts("busy") < 2:
                await asyncio.sleep(0.02)
        found = await made.now()
        assert (0, None, None) == (found.failures, found.last_error, found.next_attempt_at)
        lookup.full = False
        await receiver.took(8)
