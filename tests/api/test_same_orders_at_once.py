"""Replicas that write the same orders at once, many in a statement, do not deadlock."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.parts import Parts
from api.submissions.database import transaction
from api.submissions.submission import Submission, names_of
from api.submissions.tickets import Ticket
from api.submissions.writing import New, insert
from buyqueue.clock import SystemClock
from tests.controls.events import MINT
from tests.controls.start_requests import WALLET_KEYPAIR

CLOCK = SystemClock()
WALLET = str(WALLET_KEYPAIR.pubkey())
_WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


def new(key: str) -> New:
    fingerprint = bytes(32)
    order = {"mint": MINT, "lamports": 1, **names_of("repeater", key, None, fingerprint)}
    submission = Submission(CLOCK.new_id(), "repeater", key, fingerprint, order, CLOCK.now())
    return New(submission, Ticket(kind="wallet", wallet=WALLET))


async def written(parts: Parts, keys: Sequence[str]) -> set[UUID]:
    async with transaction(parts.engine, 10) as connection:
        # As with many submissions: a hash of few would bring their names into an order by chance.
        for plan in ("hashjoin", "mergejoin"):
            await connection.execute(text(f"SET LOCAL enable_{plan} = off"))
        return await insert(connection, [new(key) for key in keys])


async def blocked(connection: AsyncConnection, writers: int) -> None:
    """Wait until so many wait for a lock."""
    async with asyncio.timeout(5):
        while (await connection.scalar(_WAITING) or 0) < writers:
            await asyncio.sleep(0.02)


async def test_each_name_is_written_once_whatever_order_they_come_in(parts: Parts) -> None:
    """Both are stopped midway, at a name that a third one is writing."""
    async with parts.engine.connect() as third, parts.engine.connect() as looker:
        await looker.execution_options(isolation_level="AUTOCOMMIT")
        await insert(third, [new("m")])
        one = asyncio.create_task(written(parts, ["a", "m", "z"]))
        await blocked(looker, 1)
        other = asyncio.create_task(written(parts, ["z", "m", "a"]))
        await blocked(looker, 2)
        await third.rollback()
        counts = [len(found) for found in await asyncio.gather(one, other)]
    assert [0, 3] == sorted(counts)
