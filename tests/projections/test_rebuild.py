"""The projection made anew from the log, while it is read and written."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from random import Random

import psutil
import pytest
from sqlalchemy import text

from buyqueue.errors import Unavailable
from buyqueue.log.reader import LogReader
from projections.replay.divergence import divergence
from projections.replay.rebuild import rebuild
from projections.replay.scratch import LIVE
from tests.projections.buys import (
    CLOCK,
    append_all,
    caught_up,
    every_row,
    expected,
    projected,
    read_log,
    shuffled,
    some_buy,
)
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.stack.servers import session

pytestmark = pytest.mark.whole_log


@pytest.fixture
async def reader(ground: Ground) -> AsyncIterator[LogReader]:
    async with LogReader(ground.kafka, client_id="test/rebuild") as reader:
        yield reader


async def fill(ground: Ground, seed: int, buys: int, user: str = "again") -> None:
    dice = Random(seed)
    await append_all(ground.journal, shuffled(dice, [some_buy(dice, user) for _ in range(buys)]))


def lane_processes() -> list[psutil.Process]:
    """The processes that fold for a rebuild of this one."""
    found = []
    for one in psutil.Process().children():
        with suppress(psutil.Error):  # it ends just now
            if "projections.replay.serving" in one.cmdline():
                found.append(one)
    return found


async def dump(ground: Ground) -> bytes:
    """The tables as Postgres writes them out."""
    written = bytearray()

    async def take(data: bytes) -> None:
        written.extend(data)

    async with session(ground.database_url) as connection:
        for table in LIVE:
            keys = ", ".join(column.name for column in table.primary_key)
            query = f"SELECT * FROM {table.name} ORDER BY {keys}"  # noqa: S608 - our own names
            await connection.copy_from_query(query, output=take)
    return bytes(written)


async def test_rebuilt_twice_the_tables_are_the_same_to_the_byte(
    ground: Ground, reader: LogReader
) -> None:
    """And the same as those that a projector wrote batch by batch, in however many processes."""
    await fill(ground, 21, 200)
    await fill(ground, 26, 10, user="\\N\t\\u0000\r\n\0 \\\0 é\\")
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    live = await dump(ground)
    assert len(live) > 100_000
    assert expected(await read_log(ground.kafka)) == await projected(ground.engine)
    dumps = []
    for processes in (0, 2, 3):
        await rebuild(ground.engine, reader, CLOCK, processes=processes)
        dumps.append(await dump(ground))
    assert [live, live, live] == dumps


async def test_while_it_is_rebuilt_nothing_is_lost_and_readers_see_all_of_it(
    ground: Ground, reader: LogReader
) -> None:
    """A projector writes and readers read all the while; the count of events never goes back."""
    await fill(ground, 22, 200)
    seen: list[int] = []
    seeds = count(30)

    async def watch() -> None:
        while True:
            async with ground.engine.connect() as connection:
                query = text(
                    "SELECT (SELECT count(*) FROM buy_events), (SELECT count(*) FROM buys)"
                )
                events, buys = (await connection.execute(query)).one()
                assert buys
                seen.append(events)
            await asyncio.sleep(0.005)

    async def write() -> None:
        for _ in range(5):
            await fill(ground, next(seeds), 10)
            await asyncio.sleep(0.1)

    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
        watching = asyncio.create_task(watch())
        for processes in (0, 2, 0):
            again = rebuild(ground.engine, reader, CLOCK, processes=processes)
            await asyncio.gather(write(), again)
        await caught_up(ground.engine, ground.kafka)
        assert not watching.done(), watching.exception()
        watching.cancel()
        assert expected(await read_log(ground.kafka)) == await projected(ground.engine)
    assert sorted(seen) == seen
    assert len(set(seen)) > 5


async def test_a_rebuild_that_is_broken_off_leaves_nothing(
    ground: Ground, reader: LogReader
) -> None:
    await fill(ground, 23, 300)
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    before = await dump(ground)
    for delay, processes in ((0.02, 0), (0.1, 0), (0.3, 0), (0.2, 2), (0.6, 2)):
        task = asyncio.create_task(rebuild(ground.engine, reader, CLOCK, processes=processes))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.wait([task])
        async with session(ground.database_url) as connection:
            left = await connection.fetchval(
                "SELECT count(*) FROM pg_namespace WHERE nspname = 'buyq_replay'"
            )
        assert left == 0
    assert before == await dump(ground)
    gc.collect()  # what was left open would be told now
    async with asyncio.timeout(10):
        while lane_processes():
            await asyncio.sleep(0.05)


async def test_a_process_that_dies_ends_the_rebuild_and_changes_nothing(
    ground: Ground, reader: LogReader
) -> None:
    await fill(ground, 27, 20)
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    before = await dump(ground)
    task = asyncio.create_task(rebuild(ground.engine, reader, CLOCK, processes=2))
    async with asyncio.timeout(60):
        while not (started := lane_processes()) and not task.done():
            await asyncio.sleep(0.001)
    started[0].kill()
    with pytest.raises(Unavailable, match="ended before its work"):
        await task
    assert before == await dump(ground)


async def test_a_reader_that_never_lets_go_is_named_and_nothing_changes(
    ground: Ground, reader: LogReader
) -> None:
    await fill(ground, 28, 20)
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    before = await dump(ground)
    async with ground.engine.connect() as holding:
        await holding.execute(text("SELECT FROM buys"))
        pid = (await holding.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        with pytest.raises(Unavailable, match=f"pid {pid} of .* idle in transaction") as refused:
            await rebuild(ground.engine, reader, CLOCK, patience_s=0.6)
        assert "nothing was changed" in refused.value.text
        assert before == await dump(ground)
        asyncio.get_running_loop().call_later(1, asyncio.ensure_future, holding.rollback())
        await rebuild(ground.engine, reader, CLOCK)
    assert before == await dump(ground)


async def test_a_projection_that_was_changed_by_hand_is_found_out(
    ground: Ground, reader: LogReader
) -> None:
    """And one that was not changed is not, although it is behind the log."""
    await fill(ground, 24, 50)
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    await fill(ground, 25, 5)
    before = await every_row(ground.engine)
    _, found = await divergence(ground.engine, reader)
    assert [] == found
    async with ground.engine.begin() as connection:
        job = (await connection.execute(text("SELECT min(job_id::text) FROM buys"))).scalar_one()
        await connection.execute(
            text("UPDATE buys SET lamports = lamports + 1 WHERE job_id = CAST(:job AS uuid)"),
            {"job": job},
        )
        gone = "DELETE FROM buy_events WHERE (partition, cursor) IN (SELECT partition, cursor"
        await connection.execute(text(f"{gone} FROM buy_events LIMIT 1)"))
    _, found = await divergence(ground.engine, reader)
    assert [("buys", 1, 1), ("buy_events", 0, 1)] == [
        (one.table, one.only_live, one.only_replayed) for one in found
    ]
    assert (job,) == found[0].examples
    await rebuild(ground.engine, reader, CLOCK)
    _, found = await divergence(ground.engine, reader)
    assert [] == found
    assert before != await every_row(ground.engine)  # five buys more
