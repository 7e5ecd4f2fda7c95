"""Requests buys as the api would, and reads the log."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from solders.keypair import Keypair
from sqlalchemy import insert, select

from buyqueue.clock import SystemClock
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyCancelled, BuyRequested
from buyqueue.log.journal import Journal
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded
from buyqueue.sealing import Sealer
from buyqueue.secret import Secret
from buyqueue.settings import Settings
from buyqueue.tables import VAULT, create_engine
from sandbox.local_chain import LocalChain
from tests.chaos.gathering import whole_log

SOL = 10**9


@dataclass
class Desk:
    """Requests buys as the api would, and reads the log."""

    settings: Settings
    chain: LocalChain
    journal: Journal

    async def request(
        self, lamports: int = SOL // 10, funds: int = SOL, buyer: Keypair | None = None, **more: Any
    ) -> tuple[UUID, Keypair]:
        """Request a buy of a new wallet with these funds, or of one that has its own."""
        clock = SystemClock()
        if buyer is None:
            buyer = Keypair()
            await self.chain.node.fund(buyer.pubkey(), funds)
        job_id, wallet = clock.new_id(), str(buyer.pubkey())
        sealer = Sealer.from_text(self.settings.vault_public_key or "")
        sealed = sealer.seal(Secret(bytes(buyer)), job_id, wallet)
        engine = create_engine(self.settings)
        async with engine.begin() as connection:
            await connection.execute(
                insert(VAULT).values(
                    job_id=job_id, wallet=wallet, key_id=sealed.key_id,
                    ciphertext=sealed.ciphertext, created_at=clock.now(),
                )
            )  # fmt: skip
        await engine.dispose()
        asked = self.requested(job_id, wallet, lamports)
        await self.journal.append(asked.model_copy(update=more))
        return job_id, buyer

    async def request_own(self, buyer: Keypair | None = None, **more: Any) -> tuple[UUID, Keypair]:
        """Request a buy that its user's own wallet signs: nobody here has its key."""
        clock = SystemClock()
        if buyer is None:
            buyer = Keypair()
            await self.chain.node.fund(buyer.pubkey(), SOL)
        job_id, wallet = clock.new_id(), str(buyer.pubkey())
        row = {"job_id": job_id, "kind": "wallet", "wallet": wallet, "created_at": clock.now()}
        engine = create_engine(self.settings)
        async with engine.begin() as connection:
            await connection.execute(insert(VAULT).values(row))
        await engine.dispose()
        asked = self.requested(job_id, wallet, SOL // 10)
        await self.journal.append(asked.model_copy(update={"custody": "client"} | more))
        return job_id, buyer

    def requested(self, job_id: UUID, wallet: str, lamports: int) -> BuyRequested:
        clock = SystemClock()
        return BuyRequested(
            event_id=clock.new_id(), job_id=job_id, occurred_at=clock.now(), writer="test/1",
            user_id="user123", mint=str(self.chain.jupiter.market.tokens[0].mint),
            lamports=lamports, slippage_bps=300, priority_fee_lamports=20_000,
            platform="auto", wallet=wallet,
        )  # fmt: skip

    async def cancel(self, job_id: UUID) -> None:
        clock = SystemClock()
        await self.journal.append(
            BuyCancelled(
                event_id=clock.new_id(), job_id=job_id, occurred_at=clock.now(),
                writer="test/1", requested_by="user123",
            )
        )  # fmt: skip

    async def until(self, job_id: UUID, *types: str) -> list[Event]:
        """Read a buy's history until an event of one of these types is in it."""
        history: list[Event] = []
        async with (
            asyncio.timeout(30),
            LogReader(self.settings.kafka, client_id="test") as reader,
        ):
            reader.start_at(dict.fromkeys(await reader.partitions(), 0))
            while not history or history[-1].type not in types:
                for record in await reader.read(200):
                    if isinstance(record, Recorded) and record.event.job_id == job_id:
                        history.append(record.event)
                        if record.event.type in types:
                            break
        return history

    async def by_now(self, job_id: UUID) -> list[Event]:
        """Read all of a buy's history that the log holds now."""
        return [
            one.event
            for one in await whole_log(self.settings.kafka_bootstrap_servers)
            if one.event.job_id == job_id
        ]

    async def post(self, call: dict[str, Any]) -> Any:
        """Ask the chain, as anybody may."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.chain.node.url, json=call) as answer,
        ):
            return await answer.json()

    async def until_landed(self, signature: str) -> None:
        async with asyncio.timeout(10):
            while self.chain.node.chain.bank("confirmed").record(signature) is None:
                await asyncio.sleep(0.05)

    async def keys_kept(self, job_id: UUID) -> int:
        engine = create_engine(self.settings)
        async with engine.connect() as connection:
            rows = await connection.execute(select(VAULT).where(VAULT.c.job_id == job_id))
            count = len(rows.all())
        await engine.dispose()
        return count
