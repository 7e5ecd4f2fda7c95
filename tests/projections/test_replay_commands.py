"""`buyq rebuild` and `buyq replay`."""

import asyncio
import csv
import io
import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from buyq.cli import app
from projections.audit.entry import rfc3339
from streams.folding.low_water import LowWaterMarks
from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import Ground
from tests.stack.isolation import ends_of

pytestmark = pytest.mark.whole_log


async def buyq(ground: Ground, *argv: str) -> Result:
    env = {"KAFKA_BOOTSTRAP_SERVERS": ground.kafka, "DATABASE_URL": ground.database_url}
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(argv), env=env))


async def test_a_rebuilt_projection_does_not_diverge_until_it_is_touched(ground: Ground) -> None:
    await append_all(ground.journal, whole_buy("user"))
    done = await buyq(ground, "rebuild")
    assert done.exit_code == 0, done.output
    checked = await buyq(ground, "rebuild", "--check")
    assert (0, True) == (checked.exit_code, "0 tables differ" in checked.stdout), checked.output
    async with ground.engine.begin() as connection:
        await connection.execute(text("DELETE FROM buys"))
    checked = await buyq(ground, "rebuild", "--check")
    assert (1, True) == (checked.exit_code, "DIVERGED buys" in checked.stdout)


async def test_a_projection_ahead_of_the_log_is_found_and_mended(ground: Ground) -> None:
    """As after a restore of Kafka to an earlier time than Postgres: nothing waits for the rest."""
    await append_all(ground.journal, whole_buy("user"))
    assert 0 == (await buyq(ground, "rebuild")).exit_code
    ends = await ends_of(ground.kafka)
    ahead = max(ends, key=lambda p: ends[p])
    marks = LowWaterMarks(ground.engine)
    saved = {p: min(1, end) for p, end in ends.items()}
    await marks.save(saved)
    async with ground.engine.begin() as connection:
        further = "UPDATE projection_offsets SET next_offset = next_offset + 5 WHERE partition = :p"
        await connection.execute(text(further), {"p": ahead})
    async with asyncio.timeout(60):
        checked = await buyq(ground, "rebuild", "--check")
        assert (1, True) == (checked.exit_code, "DIVERGED projection_offsets" in checked.stdout)
        mended = await buyq(ground, "rebuild")
        assert 0 == mended.exit_code, mended.output
        checked = await buyq(ground, "rebuild", "--check")
        assert 0 == checked.exit_code, checked.output
    assert {p: mark for p, mark in saved.items() if p != ahead} == await marks.load()


async def test_a_mark_past_the_end_of_the_log_is_forgotten(ground: Ground) -> None:
    """Kept, it would lie past open buys as soon as the log has grown over it."""
    await append_all(ground.journal, whole_buy("user"))
    ends = await ends_of(ground.kafka)
    marks = LowWaterMarks(ground.engine)
    await marks.save({p: end + (p == 2) for p, end in ends.items()} | {99: 1})
    assert 0 == (await buyq(ground, "rebuild")).exit_code
    assert {p: end for p, end in ends.items() if p != 2} == await marks.load()


async def test_a_replay_shows_a_buy_as_it_stood(ground: Ground) -> None:
    buy = whole_buy("user")
    job = str(buy[0].job_id)
    statuses = []
    for events in (buy[:1], buy[1:6], buy[6:]):
        await append_all(ground.journal, events)
        await asyncio.sleep(0.01)
        statuses.append(rfc3339(CLOCK.now()))
        await asyncio.sleep(0.01)
    shown = [await buyq(ground, "replay", "--until", at, "--job", job) for at in statuses]
    rows = [list(csv.DictReader(io.StringIO(one.stdout))) for one in shown]
    assert [["queued"], ["active"], ["completed"]] == [[r["status"] for r in one] for one in rows]
    as_json = await buyq(ground, "replay", "--until", statuses[-1], "--job", job, "--json")
    assert rows[-1] == [json.loads(as_json.stdout)]
