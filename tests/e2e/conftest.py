"""The service as four real processes on real parts, with a chain that this process can see."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from solders.keypair import Keypair

from buyq.client import BuyClient
from buyqueue.settings import Settings
from migrations.upgrade import migrate
from sandbox.kafka.config import Ports
from sandbox.local_chain import LocalChain, local_chain
from sandbox.processes.crew import Crew
from sandbox.stack.kept import vault_key, webhook_secret
from sandbox.stack.places import Places, environment
from sandbox.stack.programs import MODULES, program
from sandbox.state.ports import free_port
from tests.stack.isolation import begin_here
from tests.stack.servers import Stack

SOL = 10**9
TEST_PARTITIONS = 4
"""Of the log that all tests share."""


@dataclass(frozen=True)
class Service:
    """A running service; `logs` holds one file a process."""

    url: str
    chain: LocalChain
    logs: Path
    database_url: str
    kafka: str

    @property
    def mint(self) -> str:
        return str(self.chain.jupiter.market.tokens[0].mint)

    async def buyer(self, lamports: int = SOL) -> Keypair:
        keypair = Keypair()
        await self.chain.node.fund(keypair.pubkey(), lamports)
        return keypair

    def lamports(self, keypair: Keypair) -> int:
        return self.chain.node.chain.bank("confirmed").lamports(keypair.pubkey())

    def body(self, buyer: Keypair, **other: object) -> dict[str, object]:
        return {
            "userId": "user123",
            "tokenAddress": self.mint,
            "buyAmount": 0.1,
            "walletPrivateKey": str(buyer),
        } | other


@pytest.fixture(scope="module")
async def service(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Worker, projector and api as processes; slots of 50 ms."""
    async with serving(stack, tmp_path_factory.mktemp("service")) as running:
        yield running


@asynccontextmanager
async def serving(
    stack: Stack,
    logs: Path,
    programs: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Service]:
    """Run a service; the chain has the real programs and accounts of a folder, if one is told.

    Every process is told the `settings`, by the names of the environment.
    """
    async with local_chain(slot_ms=50, programs=programs) as chain, Crew() as crew:
        # Only the ports of our own programs count: the rest is told below.
        metrics = {name: free_port() for name in MODULES}
        places = Places(
            api=free_port(), kafka=Ports(0, 0), postgres=0, rpc=0, jupiter=0, metrics=metrics
        )
        database_url = await stack.fresh_database()
        await migrate(database_url)
        await begin_here(
            Settings(
                kafka_bootstrap_servers=stack.kafka,
                database_url=SecretStr(database_url),
                topic_partitions=TEST_PARTITIONS,
                topic_replication=1,
            ),
            projects=True,
        )
        public, private = vault_key(logs)
        own = {
            "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
            "TOPIC_PARTITIONS": str(TEST_PARTITIONS),
            "SOLANA_RPC_URL": chain.node.url,
            "SOLANA_WS_URL": chain.node.ws_url,
            "JUPITER_URL": chain.jupiter.url,
            "STATUS_POLL_MS": "50",
            **(settings or {}),
        }
        told = environment(places, database_url, public, private, webhook_secret(logs))
        await crew.add(*(program(name, logs, {**told[name], **own}, places) for name in told))
        yield Service(places.api_url, chain, logs, database_url, stack.kafka)


@pytest.fixture
async def client(service: Service) -> AsyncIterator[BuyClient]:
    async with aiohttp.ClientSession() as session:
        yield BuyClient(session, service.url)
