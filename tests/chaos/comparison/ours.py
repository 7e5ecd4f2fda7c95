"""This service, on servers of its own, with real swaps on a local chain."""

import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from solders.keypair import Keypair

from sandbox.kafka.embedded import EmbeddedKafka
from sandbox.solana.faults import Fault
from tests.chaos.comparison.system import System, supervised
from tests.chaos.site import Site, own_site
from tests.integration.desk import SOL

SLOT_MS = 400


class Swaps:
    """Counts what each wallet paid for on the local chain."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._wallets: list[str] = []
        self.mint = str(site.chain.jupiter.market.tokens[0].mint)

    async def fund(self, buyer: Keypair) -> None:
        """Give it one SOL."""
        await self._site.chain.node.fund(buyer.pubkey(), SOL)
        self._wallets.append(str(buyer.pubkey()))

    def purchases(self) -> Mapping[str, int]:
        """Count the transactions that each wallet itself paid for."""
        history = self._site.chain.node.chain.history
        return {
            wallet: sum(one.keys[0] == wallet for one in history.touching(wallet))
            for wallet in self._wallets
        }


class Log:
    """Kafka: the log is what the original has Redis for."""

    def __init__(self, kafka: EmbeddedKafka) -> None:
        self._kafka = kafka

    async def kill(self) -> None:
        """kill -9."""
        assert self._kafka.child
        self._kafka.child.send(signal.SIGKILL)
        await self._kafka.child.wait()

    async def start(self) -> None:
        """Return once it answers."""
        await self._kafka.start()


@asynccontextmanager
async def ours(*, errs: bool) -> AsyncIterator[System]:
    """Run Kafka, Postgres, the api, the projector and two workers, with default settings."""
    async with own_site(slot_ms=SLOT_MS, rate_limit_per_minute=0) as site:
        assert site.own
        if errs:
            fault = Fault("http", "sendTransaction", status=504, after=True)
            site.chain.node.faults.add(fault)
        workers = [await site.worker(f"worker {number}") for number in (1, 2)]
        projector, api = await site.projector(), await site.api()
        system = System("here", site.url, Swaps(site), Log(site.own.kafka), workers, api)
        system.others.append(projector)
        async with supervised(system):
            yield system
