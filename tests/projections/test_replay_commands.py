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
from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import Ground

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
