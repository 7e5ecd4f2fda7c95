import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.events.codec import Event, encode
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import BUYS, key_of
from projections.finding import Search
from projections.queries import Queries
from projections.replay.divergence import divergence
from projections.replay.rebuild import rebuild
from projections.tables import BUY_EVENTS
from tests.controls import events as controls
from tests.projections.buys import (
    CLOCK,
    append_all,
    caught_up,
    expected,
    of_buy,
    projected,
    read_log,
    shuffled,
    some_buy,
    whole_buy,
)
from tests.projections.conftest import Ground
from tests.projections.running import end, projecting, spawned
from tests.stack.isolation import ends_of
from tests.stack.servers import session


async def is_the_fold_of_the_log(ground: Ground) -> None:
    await caught_up(ground.engine, ground.kafka)
    assert expected(await read_log(ground.kafka, ground.begins)) == await projected(ground.engine)


@asynccontextmanager
async def producing(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    """Write records that no process of ours would."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def stored(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(BUY_EVENTS)) or 0)


async def test_ignored_events_are_stored_with_the_reason(ground: Ground) -> None:
    """An event that did not count is in the record, and says why."""
    user = f"user-{CLOCK.new_id()}"
    buy = whole_buy(user)
    job = buy[0].job_id
    late = of_buy(job, [controls.cancelled(), controls.requested()], user)
    stray = of_buy(CLOCK.new_id(), [controls.sent()], user)
    await append_all(ground.journal, [*buy, *late, *stray])
    async with projecting(ground):
        await is_the_fold_of_the_log(ground)
    queries = Queries(ground.engine)
    entries = await queries.history(job)
    assert [entry.ignored for entry in entries] == [None] * 9 + ["already completed"] * 2
    assert [*buy, *late] == [entry.event for entry in entries]
    assert [encode(event).decode() for event in buy] == [entry.body for entry in entries[:9]]
    (lost,) = await queries.history(stray[0].job_id)
    assert (lost.ignored, lost.user_id) == ("no such buy was requested", None)
    assert await queries.job(stray[0].job_id) is None


async def test_unreadable_records_are_told_and_passed(ground: Ground) -> None:
    """A record that nobody can read is listed with the reason; what follows it is projected."""
    user = f"user-{CLOCK.new_id()}"
    buy = whole_buy(user)
    job = buy[0].job_id
    partition = (await ground.journal.append(buy[0])).partition
    bad = [b"{", b"\xff\xfe", None, encode(whole_buy(user)[0]), b'{"type":"Nonsense"}']
    async with producing(ground.kafka) as producer:
        for value in bad:
            await producer.send_and_wait(BUYS, key=key_of(job), value=value, partition=partition)
    await append_all(ground.journal, buy[1:])
    async with projecting(ground):
        await is_the_fold_of_the_log(ground)
    found = await Queries(ground.engine).job(job)
    assert found
    assert (found.status, found.finalized) == ("completed", True)


async def test_text_that_postgres_cannot_hold_stops_nothing(ground: Ground) -> None:
    """The letter NUL in a text is kept in the event and replaced where a column cannot hold it."""
    user = f"user-{CLOCK.new_id()}"
    nul = controls.failed().model_copy(update={"error": "a\0b"})
    buy = of_buy(CLOCK.new_id(), [controls.requested(), controls.advanced(1), nul], user)
    await append_all(ground.journal, buy)
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    queries = Queries(ground.engine)
    assert buy == [entry.event for entry in await queries.history(buy[0].job_id)]
    found = await queries.job(buy[0].job_id)
    assert found
    assert found.result
    assert found.result["error"] == "a\ufffdb"


@pytest.mark.parametrize(
    ("as_written", "odd"),
    [
        (b'"version":1', b'"version":1,"x":NaN'),
        (b'"version":1', b'"version":1,"x":[-Infinity,{"y":NaN}],"z":"NaN \\\\\\"NaN"'),
        (b"2026-01-02T03:04:05.678Z", b"2026-01-02T19:04:05.678+16:00"),
    ],
)
async def test_an_event_that_postgres_cannot_hold_as_it_stands_counts(
    ground: Ground, as_written: bytes, odd: bytes
) -> None:
    """Every reader of the log takes it, so the projection does, and a rebuild comes to the same."""
    user = f"user-{CLOCK.new_id()}"
    requested, *others = whole_buy(user)
    value = encode(requested)
    assert as_written in value
    async with producing(ground.kafka) as producer:
        odd_value = value.replace(as_written, odd)
        await producer.send_and_wait(BUYS, key=key_of(requested.job_id), value=odd_value)
    await append_all(ground.journal, others)
    async with projecting(ground):
        await is_the_fold_of_the_log(ground)
    queries = Queries(ground.engine)
    history = await queries.history(requested.job_id)
    assert [requested, *others] == [entry.event for entry in history]
    assert 0 < len([json.loads(entry.body, parse_constant=int) for entry in history])
    before = await queries.job(requested.job_id)
    async with LogReader(ground.kafka, client_id="test") as reader:
        await rebuild(ground.engine, reader, CLOCK)
        assert [] == (await divergence(ground.engine, reader))[1]
    assert before == await queries.job(requested.job_id)


async def test_killed_at_any_moment_the_projection_is_exact(ground: Ground) -> None:
    """kill -9, again and again while events come: the rows are the fold of the log."""
    dice = Random(7)
    buys = [some_buy(dice, f"user-{n % 10}-{CLOCK.new_id()}") for n in range(800)]
    events = shuffled(dice, buys)
    assert len(events) > 3_000
    appending = asyncio.create_task(trickle(ground, events))
    counts = []
    for _ in range(3):
        async with spawned(ground) as process:
            before = await stored(ground.engine)
            async with asyncio.timeout(40):
                while await stored(ground.engine) == before:
                    await asyncio.sleep(0.005)
            await asyncio.sleep(dice.random() * 0.2)
            assert await end(process, signal.SIGKILL) == -signal.SIGKILL
        counts.append(await stored(ground.engine))
    async with spawned(ground) as process:
        await appending
        await is_the_fold_of_the_log(ground)
        assert await end(process, signal.SIGTERM) == 0
    assert counts == sorted(set(counts))


async def trickle(ground: Ground, events: list[Event]) -> None:
    for start in range(0, len(events), 50):
        await append_all(ground.journal, events[start : start + 50])
        await asyncio.sleep(0.3)


async def test_two_projectors_share_the_partitions(ground: Ground) -> None:
    """A second projector takes some of the partitions, and gives them back when it goes."""
    dice, group = Random(8), f"test-{CLOCK.new_id()}"
    events = shuffled(dice, [some_buy(dice, "user-shared") for _ in range(300)])
    third = len(events) // 3
    async with projecting(ground, group):
        await append_all(ground.journal, events[:third])
        async with projecting(ground, group):
            for start in range(third, 2 * third, 100):
                await append_all(ground.journal, events[start : start + 100])
                await asyncio.sleep(0.5)
            await append_all(ground.journal, events[third + (third // 100 + 1) * 100 :])
        await is_the_fold_of_the_log(ground)


async def test_two_projectors_on_the_same_partitions_do_no_harm(ground: Ground) -> None:
    """Two that each believe to own everything, as a paused one does, write each event once."""
    dice = Random(9)
    events = shuffled(dice, [some_buy(dice, "user-zombie") for _ in range(300)])
    async with projecting(ground), projecting(ground):
        for start in range(0, len(events), 100):
            await append_all(ground.journal, events[start : start + 100])
        await is_the_fold_of_the_log(ground)


async def test_lost_connections_lose_nothing(ground: Ground) -> None:
    """Postgres ends every connection again and again: the projector comes back, exact."""
    dice = Random(13)
    events = shuffled(dice, [some_buy(dice, "user-cut") for _ in range(400)])
    cut = 0
    # A process of its own: a driver's object whose server went away warns when it is collected.
    async with spawned(ground) as process:
        for start in range(0, len(events), 100):
            await append_all(ground.journal, events[start : start + 100])
            await asyncio.sleep(dice.random())
            async with session(ground.database_url) as connection:
                cut += await connection.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        await is_the_fold_of_the_log(ground)
        assert await end(process, signal.SIGTERM) == 0
    assert cut >= 5


async def test_signed_buy_tells_what_may_still_land(ground: Ground) -> None:
    """The answer to a late cancel needs the signature and its last height; the end needs none."""
    user = f"user-{CLOCK.new_id()}"
    open_buy, done = whole_buy(user, steps=5), whole_buy(user)
    await append_all(ground.journal, [*open_buy, *done])
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    queries = Queries(ground.engine)
    found = await queries.job(open_buy[0].job_id)
    assert found
    assert ("active", controls.SIGNATURES[0], 300) == (
        found.status,
        found.signature,
        found.last_valid_block_height,
    )
    found_both = await queries.find(Search(user_id=user))
    ends = await ends_of(ground.kafka)
    assert {p: end for p, end in ends.items() if end} == found_both.positions
    both = found_both.jobs
    newest_first = sorted((done[0].job_id, open_buy[0].job_id), reverse=True)
    assert newest_first == [job.job_id for job in both]
    older = await queries.find(Search(user_id=user, before=both[0].job_id))
    assert both[1:] == older.jobs
    ended = await queries.job(done[0].job_id)
    assert ended in both
    assert (ended.status, ended.last_valid_block_height) == ("completed", None)
    assert ended.tokens_received == 1_000_000
