"""Lists, timelines and streams show nobody what is another's."""

import asyncio

import aiohttp

from api.auth.caller import Scope
from tests.api.refusals import check_refusal
from tests.auth.conftest import Guarded
from tests.auth.makers import at, token
from tests.controls.start_requests import example
from tests.projections.buys import CLOCK

JOBS = "/api/external-buy/jobs"


async def started(guarded: Guarded, user: str) -> str:
    """Start a buy, and wait until lists know of it."""
    job_id: str = (await guarded.start(token(user), example(userId=user))).body["jobId"]
    async with asyncio.timeout(20):
        while job_id not in await listed(guarded, token(user)):
            await asyncio.sleep(0.02)
    return job_id


async def listed(guarded: Guarded, credential: str, query: str = "") -> list[str]:
    answer = await guarded.call("GET", JOBS + query, credential)
    assert answer.status == 200, answer.body
    return [job["jobId"] for job in answer.body["data"]["jobs"]]


async def test_lists_hold_the_callers_own_jobs(guarded: Guarded, projector: None) -> None:
    alice, bob = (f"{name}-{CLOCK.new_id()}" for name in ("alice", "bob"))
    hers, other, his = [await started(guarded, user) for user in (alice, alice, bob)]
    assert [other, hers] == await listed(guarded, token(alice))
    assert [his] == await listed(guarded, token(bob))
    assert [] == await listed(guarded, token(bob), f"?search={hers}")
    assert [hers] == await listed(guarded, token(alice, job=hers))
    answer = await guarded.call("GET", f"{JOBS}?userId={alice}", token(bob))
    check_refusal(answer, status=403, code="wrong_user", field="userId")
    admin = await guarded.key()
    assert {hers, other, his} <= set(await listed(guarded, admin))
    assert [his] == await listed(guarded, admin, f"?userId={bob}")
    reader = await guarded.key(frozenset({Scope.READ}))
    assert [his] == await listed(guarded, reader, f"?userId={bob}")
    answer = await guarded.call("GET", JOBS, reader)
    check_refusal(answer, status=403, code="forbidden", field="userId")


async def test_timelines_and_streams_of_others_are_not_there(
    guarded: Guarded, projector: None
) -> None:
    alice = f"alice-{CLOCK.new_id()}"
    job_id = await started(guarded, alice)
    for path, code in (
        (f"/api/external-buy/job/{job_id}/timeline", "job_not_found"),
        (f"/api/external-buy/job/{job_id}/events", "not_found"),
        (f"/api/external-buy/user/{alice}/events", "not_found"),
    ):
        answer = await guarded.call("GET", path, token("bob"))
        assert (404, code) == (answer.status, answer.body["code"])
    for path in (f"/api/external-buy/user/{alice}/events", f"{JOBS}?userId={alice}"):
        answer = await guarded.call("GET", path, token(alice, job=job_id))
        assert answer.status == (404 if path.endswith("events") else 200)


async def test_a_stream_ends_with_its_credential(guarded: Guarded) -> None:
    """And a page of the api's own reads it with its token in a header."""
    url = f"{guarded.api.url}/api/external-buy/user/alice/events"
    headers = {"Authorization": f"Bearer {token(exp=at(-28))}"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        assert (200, "text/event-stream") == (answer.status, answer.content_type)
        assert answer.headers["X-Request-Id"]
        async with asyncio.timeout(20):
            text = (await answer.read()).decode()
    assert text.startswith("event: joined\nid: 0:")
