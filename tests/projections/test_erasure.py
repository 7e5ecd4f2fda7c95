"""What erasing a user removes, and what it does not."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Table, insert, select
from typer.testing import CliRunner

from buyq.cli import app
from buyqueue.events.codec import Event
from buyqueue.log.reader import LogReader
from buyqueue.tables import (
    ABUSE_COUNTS,
    API_KEYS,
    REQUEST_RATES,
    SIGNERS,
    SUBMISSIONS,
    VAULT,
    WEBHOOKS,
)
from projections.erasure import Erased, StillOpen, erase
from projections.replay.rebuild import rebuild
from tests.controls.events import MOMENT, WALLET
from tests.projections.buys import CLOCK, append_all, caught_up, every_row, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting

pytestmark = pytest.mark.whole_log
PERSONAL = (VAULT, SIGNERS, API_KEYS, REQUEST_RATES, ABUSE_COUNTS, WEBHOOKS)


async def settle(ground: Ground, user: str, buy: list[Event]) -> None:
    """All that the service may hold of a user who made this buy."""
    job, key = buy[0].job_id, CLOCK.new_id().hex[:16]
    rows: dict[Table, dict[str, Any]] = {
        SUBMISSIONS: {
            "job_id": job,
            "user_id": user,
            "idempotency_key": "order-1",
            "fingerprint": b"f",
            "order": {"wallet": WALLET},
            "created_at": MOMENT,
            "partition": 0,
            "offset": 1,
        },
        VAULT: {"job_id": job, "wallet": WALLET, "created_at": MOMENT, "ciphertext": b"c"},
        SIGNERS: {
            "id": CLOCK.new_id(),
            "user_id": user,
            "wallet": WALLET,
            "kind": "memory",
            "config": {},
            "created_at": MOMENT,
        },
        API_KEYS: {
            "key_id": key,
            "hash": b"h",
            "name": "theirs",
            "scopes": "submit",
            "user_id": user,
            "created_at": MOMENT,
        },
        REQUEST_RATES: {"caller": f"key:{key}", "due": MOMENT},
        ABUSE_COUNTS: {"day": MOMENT.date(), "kind": "k", "subject": f"user:{user}", "count": 1},
        WEBHOOKS: {
            "id": CLOCK.new_id(),
            "user_id": user,
            "url": "https://example.com/",
            "secret": b"s",
            "cursors": {},
            "revision": 1,
            "failures": 0,
            "created_at": MOMENT,
        },
    }
    async with ground.engine.begin() as connection:
        for table, row in rows.items():
            await connection.execute(insert(table).values(row))
    await append_all(ground.journal, buy)


async def rows_of(ground: Ground, *tables: Table) -> list[int]:
    async with ground.engine.connect() as connection:
        return [len((await connection.execute(select(table))).all()) for table in tables]


async def test_everything_but_the_record_goes_and_a_rebuild_brings_nothing_back(
    ground: Ground,
) -> None:
    user, other = f"gone-{CLOCK.new_id()}", f"stays-{CLOCK.new_id()}"
    async with projecting(ground):
        await settle(ground, user, whole_buy(user))
        await settle(ground, other, whole_buy(other))
        await caught_up(ground.engine, ground.kafka)
    record = await every_row(ground.engine)
    assert Erased(1, 1, 1, 1, 1, 1, 1, 1, 9) == await erase(ground.engine, user)
    assert [1, 1, 1, 1, 1, 1] == await rows_of(ground, *PERSONAL)
    assert Erased(0, 0, 0, 0, 0, 0, 1, 1, 9) == await erase(ground.engine, user)
    async with LogReader(ground.kafka, client_id="test/erase") as reader:
        await rebuild(ground.engine, reader, CLOCK)
    assert record == await every_row(ground.engine)
    assert [1, 1, 1, 1, 1, 1, 2] == await rows_of(ground, *PERSONAL, SUBMISSIONS)


async def test_nobody_is_erased_while_a_buy_is_open(ground: Ground) -> None:
    """Projected or not yet: its key is what it is signed with."""
    user = f"busy-{CLOCK.new_id()}"
    await settle(ground, user, whole_buy(user, steps=5))
    with pytest.raises(StillOpen):
        await erase(ground.engine, user)
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    env = {"DATABASE_URL": ground.database_url}
    ran = await asyncio.to_thread(lambda: CliRunner().invoke(app, ["erase", user], env=env))
    assert (1, True) == (ran.exit_code, "1 buys of this user are not over" in ran.output)
    assert [1, 1, 1, 1, 1, 1] == await rows_of(ground, *PERSONAL)
