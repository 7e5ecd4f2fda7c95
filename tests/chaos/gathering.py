"""Reading the evidence: the chain, the log, Postgres."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from solders.pubkey import Pubkey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded
from buyqueue.tables import VAULT
from sandbox.solana.ledger.chain import Chain
from tests.chaos.evidence import Asked, OnChain


def on_chain(chain: Chain, asked: Asked) -> OnChain:
    """Every transaction that the wallet itself paid for, failed ones too, and what it cost."""
    landed = tuple(
        one.signature for one in chain.history.touching(asked.wallet) if one.keys[0] == asked.wallet
    )
    left = chain.bank("confirmed").lamports(Pubkey.from_string(asked.wallet))
    return OnChain(landed, asked.funds - left)


async def whole_log(kafka: str) -> list[Recorded]:
    """Read every event that the log holds, by partition and offset."""
    async with LogReader(kafka, client_id="checker") as reader:
        ends = {p: end for p, end in (await reader.ends(await reader.partitions())).items() if end}
        reader.start_at(dict.fromkeys(ends, 0))
        seen: list[Any] = []
        while len(seen) < sum(ends.values()):
            seen += await reader.read()
    seen.sort(key=lambda record: (record.partition, record.offset))
    return [record for record in seen if isinstance(record, Recorded)]


async def keys_left(engine: AsyncEngine, jobs: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these buys have a sealed key in the vault."""
    wanted = set(jobs)
    async with engine.connect() as connection:
        rows = await connection.execute(select(VAULT.c.job_id))
        return frozenset(row.job_id for row in rows if row.job_id in wanted)
