"""Claims in a real Postgres: a message is one job's, whoever asks how often, and who at once."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.errors import Code, Unavailable
from streams.claims import Claims, Taken

ONE, TWO = UUID(int=1), UUID(int=2)


async def granted(claims: Claims, message: bytes, job_id: UUID) -> bool:
    try:
        await claims.claim(message, job_id)
    except Taken:
        return False
    return True


async def test_a_message_is_the_first_jobs_and_stays_so(engine: AsyncEngine) -> None:
    here, there = Claims(engine), Claims(engine)
    assert await granted(here, b"message", ONE)
    assert not await granted(there, b"message", TWO)
    assert not await granted(here, b"message", TWO)
    assert await granted(there, b"message", ONE), "its own again"
    assert await granted(there, b"another", TWO)


async def test_of_those_who_ask_at_once_each_message_is_granted_to_one(
    engine: AsyncEngine,
) -> None:
    """Some ask together in one statement, some in another worker's, in another order."""
    workers = [Claims(engine), Claims(engine)]
    messages, jobs = [bytes([n]) * 8 for n in range(20)], [UUID(int=n) for n in range(6)]
    asked = [
        (workers[job.int % 2], message, job)
        for job in jobs
        for message in (messages if job.int % 3 else reversed(messages))
    ]
    answers = await asyncio.gather(*(granted(*one) for one in asked))
    owners = [message for (_, message, _), mine in zip(asked, answers, strict=True) if mine]
    assert sorted(messages) == sorted(owners)


async def test_nothing_is_granted_without_postgres(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE message_claims"))
    with pytest.raises(Unavailable) as refused:
        await Claims(engine).claim(b"message", ONE)
    assert Code.DATABASE_UNAVAILABLE == refused.value.code
