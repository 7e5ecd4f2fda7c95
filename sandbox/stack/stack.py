"""The whole service on one machine, from real parts and without Docker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from buyqueue.log.provision import ensure_topics
from buyqueue.log.topic import TopicLayout
from migrations.upgrade import migrate
from sandbox.kafka.config import Ports
from sandbox.kafka.embedded import EmbeddedKafka
from sandbox.kafka.progress import Progress
from sandbox.local_chain import Addresses
from sandbox.postgres.embedded import EmbeddedPostgres
from sandbox.processes.crew import Crew
from sandbox.stack.kept import vault_key, webhook_secret
from sandbox.stack.places import PARTITIONS, Asked, Places, environment
from sandbox.stack.programs import MODULES, chain_program, program, read_addresses
from sandbox.state.directory import StateDirectory

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Running:
    """A local stack that is up."""

    places: Places
    chain: Addresses
    crew: Crew
    logs: Path
    database_url: str
    told: Mapping[str, Mapping[str, str]]
    """The settings of each program of ours, by its name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to start, and where."""

    home: Path
    purpose: str
    fresh: bool = False
    asked: Asked = field(default_factory=Asked)
    slot_ms: int = 400
    programs: Path | None = None
    """Real programs and accounts for the chain."""
    modules: Mapping[str, str] = field(default_factory=lambda: MODULES)
    """What runs as each program of ours."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What all of them are told besides."""


@asynccontextmanager
async def local_stack(wanted: Wanted, progress: Progress, say: Say) -> AsyncIterator[Running]:
    """Have a stack while the context lasts; its state stays in the directory.

    Raises StateError, PortTaken, ChildError, DownloadFailed or Unreachable: each says what to
    do, and nothing is left running.
    """
    with StateDirectory(wanted.home, purpose=wanted.purpose, fresh=wanted.fresh) as state:
        places = _places(state, wanted.asked)
        logs, chain_state = state.logs, state.part("chain")
        kafka = EmbeddedKafka(
            state.part("kafka"), places.kafka, log=logs / "kafka.log", progress=progress
        )
        postgres = EmbeddedPostgres(
            state.part("postgres"), places.postgres, log=logs / "postgres.log"
        )
        chain = chain_program(logs, chain_state, places, wanted.slot_ms, wanted.programs)
        say("Looking for Kafka's jars")
        await kafka.prepare()
        async with Crew() as crew:
            say("Starting Kafka, Postgres and a local Solana")
            await crew.add(kafka, postgres, chain)
            say("Migrating the database and creating the topics")
            layout = TopicLayout(PARTITIONS, 1)
            await asyncio.gather(migrate(postgres.url), ensure_topics(places.kafka_servers, layout))
            public, private = vault_key(state.part("vault"))
            programs = environment(
                places, postgres.url, public, private, webhook_secret(state.part("webhooks"))
            )
            told = {name: {**settings, **wanted.extra} for name, settings in programs.items()}
            say("Starting the worker, the projector and the api")
            run = wanted.modules
            await crew.add(*(program(n, logs, told[n], places, run[n]) for n in told))
            yield Running(places, read_addresses(chain_state), crew, logs, postgres.url, told)


def _places(state: StateDirectory, asked: Asked) -> Places:
    return Places(
        api=state.port("api", asked.api),
        kafka=Ports(state.port("kafka", asked.kafka), state.port("kafka controller")),
        postgres=state.port("postgres", asked.postgres),
        rpc=state.pair("rpc", asked.rpc),
        jupiter=state.port("jupiter", asked.jupiter),
        metrics={name: state.port(f"{name} metrics") for name in MODULES},
    )
