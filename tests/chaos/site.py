"""A place for faults: Kafka, Postgres and a chain of its own, and processes that may be killed."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from buyqueue.log.journal import Journal
from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.settings import Settings
from migrations.upgrade import migrate
from sandbox.kafka.config import Cluster, Ports
from sandbox.kafka.embedded import EmbeddedKafka, new_cluster_id
from sandbox.local_chain import LocalChain, local_chain
from sandbox.postgres.embedded import EmbeddedPostgres
from sandbox.processes.child import Child
from sandbox.processes.command import Command
from sandbox.processes.crew import Crew
from sandbox.stack.programs import answers
from sandbox.state.ports import free_port
from tests.stack.embedded import scratch
from tests.stack.isolation import begin_here
from tests.tracing.receiver import receiving

PARTITIONS = 12
TRACES = "traces.bin"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "200"}
"""In ms: what a process has not exported dies with it."""


@dataclass(frozen=True)
class Own:
    """Servers that nobody else uses."""

    folder: Path
    brokers: tuple[EmbeddedKafka, ...]
    postgres: EmbeddedPostgres

    @property
    def kafka(self) -> EmbeddedKafka:
        """The first broker; the only one, unless a scenario wants more."""
        return self.brokers[0]

    @property
    def bootstrap_servers(self) -> str:
        """Every broker."""
        return ",".join(broker.bootstrap_servers for broker in self.brokers)


@dataclass
class Site:
    """What a scenario works on. Every process it starts is ended with it."""

    folder: Path
    chain: LocalChain
    settings: Settings
    engine: AsyncEngine
    journal: Journal
    own: Own | None = None
    """Its own servers, which may be killed; None on those of the test session."""
    user: str = field(default_factory=lambda: f"user-{secrets.token_hex(4)}")
    """Who asks for every buy here; nobody else on a log that tests share."""
    metrics_ports: dict[str, int] = field(default_factory=dict)
    """Where each process, by its name, serves its metrics."""
    children: list[Child] = field(default_factory=list)
    code: Path | None = None
    """The checkout, with its packages installed, whose code new processes run; None for this."""

    def child(self, module: str, name: str, told: Mapping[str, str] | None = None) -> Child:
        """A process of the service, not yet started; its log is in the folder."""
        port = self.metrics_ports[name] = free_port()
        own = {"METRICS_PORT": str(port)}
        settings = environment_of(self.settings)
        environment = {**os.environ, **SOON, **settings, **own, **(told or {})}
        argv = (python_of(self.code), "-m", module)
        log = self.folder / f"{name}.log"
        child = Child(Command(name, argv, log, env=environment, cwd=self.code))
        self.children.append(child)
        return child

    async def worker(self, name: str = "worker", **told: str) -> Child:
        """A running worker; STOP_POINT and the like go into `told`."""
        child = self.child("tests.chaos.worker", name, told)
        await child.start()
        return child

    async def projector(self) -> Child:
        child = self.child("projections", "projector")
        await child.start()
        return child

    async def api(self) -> Child:
        """An api that is open to everybody on loopback, once it is ready."""
        told = {"AUTH": "open", "HOST": "127.0.0.1", "MAX_OPEN_BUYS": "0"}
        child = self.child("api", "api", told)
        await child.start()
        await until_ready(self.url)
        return child

    @property
    def url(self) -> str:
        """Where the api answers."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def folders(self) -> list[Path]:
        """All that was written: logs, and the data of its own servers."""
        return [self.folder, *([self.own.folder] if self.own else [])]

    def tails(self, name: str) -> str:
        """The last lines of every process of that name, and whether it still runs."""
        return "\n".join(
            f"{child.command.name} ({child.exit_code}):\n{child.tail()}"
            for child in self.children
            if child.command.name.startswith(name)
        )

    async def stop_children(self) -> None:
        await asyncio.gather(*(child.stop() for child in self.children))


async def until_ready(url: str) -> None:
    """Wait until what serves there says that it is ready; TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while not await answers(f"{url}/health/ready"):
            await asyncio.sleep(0.1)


def python_of(code: Path | None) -> str:
    """Answer the interpreter of a checkout, or our own."""
    return str(code / ".venv" / "bin" / "python") if code else sys.executable


def environment_of(settings: Settings) -> dict[str, str]:
    """Write settings as a process reads them."""
    told = {
        name.upper(): getattr(value, "get_secret_value", lambda value=value: str(value))()
        for name, value in settings.model_dump(exclude_unset=True).items()
    }
    return told | {"SOLANA_RPC_URL": ",".join(settings.solana_rpc_url), "LOG_JSON": "true"}


@asynccontextmanager
async def own_servers(brokers: int) -> AsyncIterator[Own]:
    """Have a Kafka of so many brokers and a Postgres for a while."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(scratch())
        nodes = {number: Ports(free_port(), free_port()) for number in range(1, brokers + 1)}
        cluster = Cluster(new_cluster_id(), nodes)
        kafka = tuple(
            EmbeddedKafka(folder / f"kafka-{number}", ports, cluster=cluster)
            for number, ports in nodes.items()
        )
        postgres = EmbeddedPostgres(folder / "postgres", free_port())
        crew = await stack.enter_async_context(Crew())
        await crew.add(*kafka, postgres)
        yield Own(folder, kafka, postgres)


@asynccontextmanager
async def own_site(*, brokers: int = 1, **told: Any) -> AsyncIterator[Site]:
    """Have a site on servers of its own; every record is on every broker."""
    async with (
        own_servers(brokers) as own,
        a_site(
            own.bootstrap_servers,
            own.postgres.url,
            topic_partitions=PARTITIONS,
            topic_replication=brokers,
            **told,
        ) as site,
    ):
        site.own = own
        yield site


@asynccontextmanager
async def a_site(
    kafka: str,
    database_url: str,
    *,
    slot_ms: int = 200,
    traced: bool = False,
    migrating: Callable[[Settings], Awaitable[object]] | None = None,
    **other: object,
) -> AsyncIterator[Site]:
    """Have a site on these servers for a while; `other` settings are those of every process.

    `traced`: every process exports its spans, and each byte of them is kept in the folder.
    `migrating` makes the tables, if they are not to be this version's.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(scratch())
        if traced:
            collector = await stack.enter_async_context(receiving(folder / TRACES))
            other = {"otel_exporter_otlp_endpoint": collector.url} | other
        chain = await stack.enter_async_context(local_chain(slot_ms=slot_ms))
        private = new_private_key()
        told: dict[str, object] = {
            "kafka_bootstrap_servers": kafka,
            # As all that share the log of a test session.
            "topic_partitions": 4,
            "topic_replication": 1,
            "database_url": SecretStr(database_url),
            "solana_rpc_url": (chain.node.url,),
            "jupiter_url": chain.jupiter.url,
            "vault_private_key": SecretStr(private),
            "vault_public_key": public_key_of(private),
            "port": free_port(),
        }
        settings = Settings.model_validate(told | other)
        await (migrating(settings) if migrating else migrate(database_url))
        await begin_here(settings)
        engine = create_async_engine(database_url, pool_pre_ping=True)
        stack.push_async_callback(engine.dispose)
        journal = Journal(kafka, client_id="chaos", timeout_ms=10_000)
        await journal.start()
        stack.push_async_callback(journal.stop)
        site = Site(folder, chain, settings, engine, journal)
        stack.push_async_callback(site.stop_children)
        yield site
