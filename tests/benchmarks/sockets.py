"""Very many sockets, of which a tenth reconnects each second, and a relay restarted twice.

    python -m tests.benchmarks.sockets [CLIENTS] [SECONDS]

Prints JSON; `missing`, `doubled` and `disordered` must be 0. Needs three file descriptors a client.
"""

import asyncio
import json
import os
import random
import resource
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import psutil

from buyq.bench.samples import percentiles
from buyqueue.log.journal import Journal
from buyqueue.settings import Settings
from sandbox.solana.node import LocalNode
from sandbox.state.ports import free_port
from tests.api.process import program, until_ready
from tests.benchmarks.follower import Follower
from tests.benchmarks.judging import judged
from tests.openapi.ground import settings_on
from tests.projections.buys import whole_buy
from tests.relay.serving import told_by_log
from tests.stack.start import running_stack

A_SECOND = 0.1
"""How many of the clients reconnect."""
BUYS_A_SECOND = 4
CLIENTS_OF_A_USER = 10
SETTLE_S = 300
MIB = 1024 * 1024


class Relay:
    """The api as a process that can be restarted; adds up what its processes cost."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings, url: str) -> None:
        self._session = session
        self._settings = settings
        self._url = url
        self._process: Process | None = None
        self.cpu_s = 0.0

    async def start(self) -> None:
        """Start it. Its clients find out for themselves when it answers."""
        self._process = await program(self._settings, LOG_JSON="true")
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            asyncio.ensure_future(_drain(stream))  # noqa: RUF006 - it ends with the process

    async def ready(self) -> None:
        assert self._process is not None
        async with asyncio.timeout(120):
            await until_ready(self._session, self._url, self._process)

    def memory(self) -> int:
        assert self._process is not None
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def cpu(self) -> float:
        assert self._process is not None
        times = psutil.Process(self._process.pid).cpu_times()
        return float(self.cpu_s + times.user + times.system)

    async def stop(self, *, kill: bool) -> None:
        assert self._process is not None
        self.cpu_s = self.cpu()
        self._process.kill() if kill else self._process.terminate()
        await self._process.wait()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65_536):
        pass


async def run(count: int, seconds: float) -> dict[str, Any]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(
            running_stack(os.environ | {"BUYQ_TEST_STACK": "embedded"})
        )
        solana = await exits.enter_async_context(LocalNode())
        port = free_port()
        settings = (await settings_on(stack, solana)).model_copy(update={"port": port})
        projector = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "projections"),
            env=os.environ
            | {
                "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
                "DATABASE_URL": settings.database_url.get_secret_value(),
                "TOPIC_PARTITIONS": "4",
                "TOPIC_REPLICATION": "1",
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        exits.callback(projector.kill)
        session = await exits.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        )
        url = f"http://127.0.0.1:{port}"
        relay = Relay(session, settings, url)
        await relay.start()
        await relay.ready()
        exits.push_async_callback(relay.stop, kill=True)
        journal = Journal(stack.kafka, client_id="test", timeout_ms=20_000)
        await journal.start()
        exits.push_async_callback(journal.stop)
        return await measured(relay, journal, stack.kafka, session, url, count, seconds)


async def measured(
    relay: Relay,
    journal: Journal,
    kafka: str,
    session: aiohttp.ClientSession,
    url: str,
    count: int,
    seconds: float,
) -> dict[str, Any]:
    users = [f"crowd-{number}" for number in range(max(1, count // CLIENTS_OF_A_USER))]
    followers = [Follower(session, url, users[n % len(users)]) for n in range(count)]
    idle_bytes = relay.memory()
    running = [asyncio.create_task(follower.run()) for follower in followers]
    began = time.monotonic()
    await asyncio.gather(*(follower.joined.wait() for follower in followers))
    connect_s, full_bytes = time.monotonic() - began, relay.memory()
    idle_cpu, began = relay.cpu(), time.monotonic()

    writing = asyncio.create_task(write(journal, users, seconds))
    cutting = asyncio.create_task(cut(followers, seconds))
    restarts = []
    for kill in (False, True):
        await asyncio.sleep(seconds / 3)
        await relay.stop(kill=kill)
        await relay.start()
        restarted = time.monotonic()
        # On a busy machine it may not be up when it is to be restarted again.
        await relay.ready()
        restarts.append(asyncio.create_task(all_back(followers, restarted)))
    written = await writing
    cuts = await cutting
    cpu_s, took_s, peak = relay.cpu() - idle_cpu, time.monotonic() - began, relay.memory()
    expected = {user: await told_by_log(kafka, user) for user in users}
    settle_s = await settled(followers, users, expected)
    back_s = await asyncio.gather(*restarts)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    wrong = Counter[str]()
    for number, follower in enumerate(followers):
        wrong += judged(follower, expected[users[number % len(users)]])
    return {
        "clients": count,
        "seconds": seconds,
        "events": written,
        "cuts": cuts,
        "reconnects": sum(follower.connected - 1 for follower in followers),
        "messages": sum(map(len, (part for f in followers for part in f.heard.values()))),
        **{name: wrong[name] for name in ("missing", "doubled", "disordered")},
        "refusedJoins": sum(follower.refused for follower in followers),
        "joinMs": percentiles(s for f in followers for s in f.joins_s),
        "backSeconds": [took and round(took, 1) for took in back_s],
        "connectSeconds": round(connect_s, 1),
        "settleSeconds": round(settle_s, 1),
        "idleMiB": round(idle_bytes / MIB, 1),
        "kiBaClient": round((full_bytes - idle_bytes) / count / 1024, 1),
        "endMiB": round(peak / MIB, 1),
        "cpuCores": round(cpu_s / took_s, 2),
        "cpuMsAClientAndSecond": round(1000 * cpu_s / took_s / count, 3),
    }


async def write(journal: Journal, users: list[str], seconds: float) -> int:
    """Append buys of the users at a steady pace; answer how many events."""
    count, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        for user in random.sample(users, min(BUYS_A_SECOND, len(users))):
            for event in whole_buy(user):
                await journal.append(event)
                count += 1
        await asyncio.sleep(1)
    return count


async def all_back(followers: list[Follower], began: float) -> float | None:
    """Answer how long after the api answered again it had let in each client; None if it did not.

    `began`: when it was restarted.
    """
    answered = time.monotonic()
    while any(follower.joined_at < began for follower in followers):
        await asyncio.sleep(0.1)
        if time.monotonic() > began + SETTLE_S:
            return None
    return time.monotonic() - answered


async def cut(followers: list[Follower], seconds: float) -> int:
    """Cut a tenth each second; answer how many had a connection to lose."""
    count, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        for follower in random.sample(followers, max(1, round(len(followers) * A_SECOND / 10))):
            count += follower.cut()
        await asyncio.sleep(0.1)
    return count


async def settled(followers: list[Follower], users: list[str], expected: dict[str, Any]) -> float:
    began = time.monotonic()
    while time.monotonic() < began + SETTLE_S:
        behind = [
            f
            for n, f in enumerate(followers)
            if sum(map(len, f.heard.values()))
            < sum(map(len, expected[users[n % len(users)]].values()))
        ]
        if not behind:
            break
        await asyncio.sleep(0.2)
    took = time.monotonic() - began
    await asyncio.sleep(1)  # more would be a repeat
    return took


if __name__ == "__main__":
    wanted = [float(word) for word in sys.argv[1:]] or [2000.0]
    seconds = wanted[1] if len(wanted) > 1 else 40.0
    print(json.dumps(asyncio.run(run(int(wanted[0]), seconds))))  # noqa: T201
