"""The stack of `compose/compose.yaml`, as its page says to start it, but for Grafana."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml

from buyqueue.sealing import new_private_key, public_key_of
from sandbox.state.ports import free_port
from tests.compose.live.engine import CommandFailed, program, run, state
from tests.compose.test_files import COMPOSE
from tests.stack.containers import engine

HERE = Path(__file__).parent
T = TypeVar("T")
NOT_RUN = ("grafana",)
HEALTHY_S = 600.0
"""Three brokers and six processes start at once, maybe on two busy cores."""


def services() -> list[str]:
    """Name everything that runs."""
    told = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    own = yaml.safe_load((HERE / "override.yaml").read_text())["services"]
    return sorted((told.keys() | own.keys()) - set(NOT_RUN))


def images() -> tuple[str, ...]:
    """Name the images that it runs."""
    told = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    named = {one["image"] for name, one in told.items() if name not in NOT_RUN}
    ours = os.environ.get("BUYQ_IMAGE", "external-buy-queue")
    return tuple(sorted(ours if name.startswith("${") else name for name in named))


async def until(what: str, probe: Callable[[], Awaitable[T | None]], s: float = HEALTHY_S) -> T:
    """Ask again and again for what is not None; AssertionError saying what never came."""
    try:
        async with asyncio.timeout(s):
            while (found := await probe()) is None:
                await asyncio.sleep(0.5)
            return found
    except TimeoutError:
        raise AssertionError(f"{what}: not within {s:.0f} s") from None


@dataclass
class LiveStack:
    """One running project; `folder` has its secrets."""

    folder: Path
    project: str = field(default_factory=lambda: f"buyq-live-{secrets.token_hex(3)}")
    port: int = field(default_factory=free_port)
    chain_port: int = field(default_factory=free_port)
    prometheus_port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the proxy is."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write the secrets, readable by account 10001."""
        self.folder.chmod(0o755)
        password, private = secrets.token_urlsafe(16), new_private_key()
        kept = {
            "database_url": f"postgresql+asyncpg://postgres:{password}@postgres:5432/buyq",
            "postgres_password": password,
            "token_secret": secrets.token_urlsafe(32),
            "vault_private_key": private,
            "grafana_password": secrets.token_urlsafe(16),
        }
        for name, text in kept.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o444)
        self.environment = os.environ | {
            "SECRETS": str(self.folder),
            "LIVE": str(HERE),
            "PORT": f"127.0.0.1:{self.port}",
            "CHAIN_PORT": str(self.chain_port),
            "PROMETHEUS_PORT": str(self.prometheus_port),
            "SOLANA_RPC_URL": "http://chain:18899",
            "JUPITER_URL": "http://chain:18890/swap/v2",
            "VAULT_PUBLIC_KEY": public_key_of(private),
        }

    async def compose(self, *words: str, given: bytes = b"") -> str:
        """Call compose on this project."""
        called = program()
        assert called
        files = ("-f", str(COMPOSE / "compose.yaml"), "-f", str(HERE / "override.yaml"))
        return await run(
            *called, *files, "-p", self.project, *words, env=self.environment, given=given
        )

    def states(self) -> dict[str, str]:
        """Answer how each service is."""
        with engine() as client:
            mine = {"label": f"com.docker.compose.project={self.project}"}
            found = client.containers.list(all=True, filters=mine)
            return {one.labels["com.docker.compose.service"]: state(one) for one in found}

    async def until_well(self, *names: str) -> None:
        """Wait until these services, or all, are as they should be."""
        wanted = names or tuple(services())

        async def well() -> bool | None:
            now = await asyncio.to_thread(self.states)
            good = {"healthy", "running", "exited 0"}
            return True if all(now.get(name) in good for name in wanted) else None

        try:
            await until(f"{wanted} well", well)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.states()}") from None

    async def remove_volume(self, name: str) -> None:
        """Lose what a service that does not run has kept."""
        await run("docker", "volume", "rm", f"{self.project}_{name}")

    async def signal(self, name: str, how: str = "SIGKILL") -> None:
        """End a service's process without a word; it stays down until `start`."""
        await self.compose("kill", "-s", how, name)

    async def start(self, *names: str) -> None:
        """Start what was ended, and wait until it is well."""
        await self.compose("start", *names)
        await self.until_well(*names)


@asynccontextmanager
async def live(folder: Path) -> AsyncIterator[LiveStack]:
    """Run it for a while; then it is removed, volumes and all."""
    stack = LiveStack(folder)
    stack.prepare()
    try:
        try:
            await stack.compose("up", "-d", *services())
            await stack.until_well()
        except (CommandFailed, AssertionError):
            logs = await stack.compose("logs", "--no-color", "--tail", "30")
            sys.stderr.write(f"{stack.states()}\n{logs}")
            raise
        yield stack
    finally:
        await stack.compose("down", "-v", "--timeout", "20")
