"""The BullMQ original, from a folder that has it with its packages installed.

Node and `redis-server` are looked up in PATH. Its no-op platform stands for the chain: a purchase
is a line in a ledger, written at once and never taken back; confirmation takes a while after.
"""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from solders.keypair import Keypair

from sandbox.processes.child import Child
from sandbox.processes.command import Command
from sandbox.stack.programs import answers
from sandbox.state.ports import free_port
from tests.chaos.comparison.system import System, supervised
from tests.stack.embedded import scratch

CONFIRMED_MS = 800
HARDENED = {"BUY_CHECKPOINT": "1", "CONNECTION_STATE_RECOVERY": "1"}


class Ledger:
    """Counts the lines that the no-op platform wrote."""

    mint = "So11111111111111111111111111111111111111112"

    def __init__(self, file: Path) -> None:
        self._file = file

    async def fund(self, buyer: Keypair) -> None:
        """Nothing is needed: its wallets are as rich as can be."""

    def purchases(self) -> Mapping[str, int]:
        """Count what each wallet has bought."""
        if not self._file.exists():
            return {}
        return Counter(json.loads(line)["wallet"] for line in self._file.read_text().splitlines())


class Redis:
    """Its append-only file is synced every second, as is usual."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        argv = (
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "yes", "--appendfsync", "everysec", "--dir", str(folder),
        )  # fmt: skip
        self.child = Child(Command("redis", argv, folder / "redis.log"))

    async def kill(self) -> None:
        """kill -9."""
        self.child.send(signal.SIGKILL)
        await self.child.wait()

    async def start(self) -> None:
        """Return once it answers, its file read."""
        await self.child.start()
        async with asyncio.timeout(30):
            while not await self._answers():
                await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"PING\r\n")
            said = await reader.readline()
            writer.close()
        except OSError:
            return False
        return said == b"+PONG\r\n"


@asynccontextmanager
async def original(path: Path, *, hardened: bool, errs: bool) -> AsyncIterator[System]:
    """Run Redis, the api and two workers, each a process, while the context lasts."""
    with scratch() as folder:
        redis, port, ledger = Redis(folder), free_port(), folder / "ledger"
        told = {
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}",
            "PORT": str(port),
            "NODE_ENV": "production",
            "RATE_LIMIT_PER_MINUTE": "0",
            "WORKER_CONCURRENCY": "100",
            "DEFAULT_PLATFORM": "noop",
            "NOOP_LEDGER": str(ledger),
            "NOOP_LATENCY_MS": str(CONFIRMED_MS),
            "NOOP_FAIL_AFTER_SEND": "1" if errs else "0",
            **(HARDENED if hardened else {}),
        }

        def node(name: str, program: str) -> Child:
            argv = ("node", program)
            env = {**os.environ, **told}
            return Child(Command(name, argv, folder / f"{name}.log", env=env, cwd=path))

        workers = [node(f"worker-{number}", "src/worker.js") for number in (1, 2)]
        api = node("api", "src/server.js")
        url = f"http://127.0.0.1:{port}"
        try:
            await redis.start()
            for child in (api, *workers):
                await child.start()
            async with asyncio.timeout(60):
                while not await answers(f"{url}/api/cto/health"):
                    await asyncio.sleep(0.1)
            name = "original, hardened" if hardened else "original"
            async with supervised(System(name, url, Ledger(ledger), redis, workers, api)) as system:
                yield system
        finally:
            for child in (api, *workers, redis.child):
                await child.stop()
