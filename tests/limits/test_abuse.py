"""What admins see of abuse."""

import asyncio

from api.limits.abuse import MOST_SUBJECTS, OTHERS, Abuse
from api.parts import Parts
from tests.auth.makers import token
from tests.controls.start_requests import example
from tests.limits.conftest import Replicas

PATH = "/api/external-buy/admin/abuse"
JOB = "0190b6d0-0000-7000-8000-000000000001"


async def test_refusals_of_both_replicas_are_counted(replicas: Replicas) -> None:
    async with replicas(rate_limit_per_minute=3) as pair:
        admin = token("admin", "admin")
        for number in range(10):
            await pair[number % 2].status(token("eve"), JOB)
            await pair[number % 2].status("nonsense", JOB)
        await pair[1].call("GET", PATH, admin)  # each replica adds its own counts when asked
        data = (await pair[0].call("GET", PATH, admin)).body["data"]
        counts = {(row["kind"], row["subject"]): row["count"] for row in data["refusals"]}
        assert counts == {("bad_credential", "127.0.0.1"): 10, ("rate_limited", "user:eve"): 7}
        assert data["since"].endswith("Z")


async def test_wallets_and_cancels_of_a_user(replicas: Replicas, projector: None) -> None:
    async with replicas() as (api, _):
        mine = token("fickle")
        jobs = [(await api.start(mine, example(userId="fickle"))).body["jobId"] for _ in range(4)]
        async with asyncio.timeout(15):
            for job_id in jobs[:3]:
                assert (await api.cancel(mine, job_id)).status in (200, 202)
        data = (await api.call("GET", PATH, token("admin", "admin"))).body["data"]
        assert {"userId": "fickle", "buys": 4, "cancelled": 3, "ratio": 0.75} in data["cancels"]
        assert "fickle" not in {row["userId"] for row in data["manyWallets"]}


async def test_a_flood_of_subjects_stays_small(parts: Parts) -> None:
    abuse = Abuse(parts.engine, parts.clock, timeout_ms=5_000)
    for number in range(MOST_SUBJECTS + 500):
        abuse.note("bad_credential", f"10.0.{number}")
    assert len(abuse._counts) == MOST_SUBJECTS + 1
    assert abuse._counts["bad_credential", OTHERS] == 500
