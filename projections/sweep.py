"""Deleting what nobody will need: sealed keys of buys that ended or never began, and claims.

NB: a vault row is its buy's ticket, and a buy that loses it fails. So a row goes only if the log
says that its buy is over, or if the log is read to its end and does not know the buy, and nobody
can be appending it: appends of a submission that is a day old hold its row's lock. What nobody can
rule out, a process that slept since then, would append a buy without a ticket, which buys nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.log.reader import LogReader
from buyqueue.log.topic import partition_of
from buyqueue.tables import MESSAGE_CLAIMS, SUBMISSIONS, VAULT
from projections.tables import BUYS_TABLE, PROJECTION_OFFSETS

ENDED: Final = ("completed", "failed", "cancelled")
PAGE: Final = 1_000


@dataclass(slots=True)
class Swept:
    """How many rows were deleted, and why."""

    ended: int = 0
    never_began: int = 0
    kept: int = 0
    """Old rows without an acknowledged request that may still begin, as far as can be known."""
    claims: int = 0
    """Of messages that can land no more: a blockhash lasts for two minutes."""


async def sweep(engine: AsyncEngine, reader: LogReader, before: datetime) -> Swept:
    """Delete what can be deleted of the rows made before then; safe at any time, and again.

    Raises Unavailable if Kafka does not answer, and what SQLAlchemy raises.
    """
    swept = Swept()
    old = VAULT.c.created_at < before
    over = exists().where(BUYS_TABLE.c.job_id == VAULT.c.job_id, BUYS_TABLE.c.status.in_(ENDED))
    async with engine.begin() as connection:
        swept.ended = (await connection.execute(delete(VAULT).where(old, over))).rowcount
        dead = delete(MESSAGE_CLAIMS).where(MESSAGE_CLAIMS.c.claimed_at < before)
        swept.claims = (await connection.execute(dead)).rowcount
    unanswered = exists().where(
        SUBMISSIONS.c.job_id == VAULT.c.job_id, SUBMISSIONS.c.offset.is_(None)
    )
    async with engine.connect() as connection:
        found = select(VAULT.c.job_id).where(old, unanswered).order_by(VAULT.c.job_id).limit(PAGE)
        jobs = (await connection.execute(found)).scalars().all()
    partitions = len(await reader.partitions()) if jobs else 0
    for job_id in jobs:
        gone = await _never_began(engine, reader, job_id, partition_of(job_id, partitions))
        swept.never_began += gone
        swept.kept += not gone
    return swept


async def _never_began(
    engine: AsyncEngine, reader: LogReader, job_id: UUID, partition: int
) -> bool:
    mine = (SUBMISSIONS.c.job_id == job_id) & SUBMISSIONS.c.offset.is_(None)
    lock = select(SUBMISSIONS.c.job_id).where(mine).with_for_update(skip_locked=True)
    offsets = PROJECTION_OFFSETS.c
    async with engine.begin() as connection:
        if (await connection.execute(lock)).one_or_none() is None:
            return False
        # Asked for under the lock, so that no append of this submission comes after it.
        end = (await reader.ends([partition]))[partition]
        read = exists().where(offsets.partition == partition, offsets.next_offset >= end)
        known = exists().where(BUYS_TABLE.c.job_id == job_id)
        # One statement, so that a rebuild of the projection cannot come in between.
        gone = delete(VAULT).where(VAULT.c.job_id == job_id, read, ~known)
        return bool((await connection.execute(gone)).rowcount)
