"""Lists, timelines and the overview, of what is really in the log."""

import asyncio
from typing import Any

import pytest

from buyqueue.events.codec import Event
from tests.api.refusals import check_refusal
from tests.api.running import Answer, Api
from tests.controls import events as controls
from tests.projections.buys import CLOCK, of_buy, whole_buy

JOBS = "/api/external-buy/jobs"


@pytest.fixture
async def followed(api: Api, projector: None) -> Api:
    """The api, with a projection that follows."""
    return api


async def append(api: Api, events: list[Event]) -> str:
    """Append a buy's events, and wait until the projection has read them."""
    for event in events:
        place = await api.parts.log.append(event)
    async with asyncio.timeout(20):
        while (await api.parts.queries.positions()).get(place.partition, 0) <= place.offset:
            await asyncio.sleep(0.02)
    return str(events[0].job_id)


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [job["jobId"] for job in answer.body["data"]["jobs"]]


async def listed(api: Api, **query: Any) -> Answer:
    return await api.call("GET", JOBS, params=query)


async def test_pages_hold_each_job_once_newest_first(followed: Api) -> None:
    """Also where jobs come in between: a page is bounded by a job and not by a count."""
    user = f"user-{CLOCK.new_id()}"
    made = [await append(followed, whole_buy(user, steps=2)) for _ in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"userId": user, "limit": 2}
    while True:
        answer = await listed(followed, **query)
        seen += ids(answer)
        await append(followed, whole_buy(user, steps=1))
        if "nextCursor" not in answer.body["data"]:
            break
        query["cursor"] = answer.body["data"]["nextCursor"]
    assert made[::-1] == seen


async def test_jobs_are_found_by_status_id_mint_and_signature(followed: Api) -> None:
    user = f"user-{CLOCK.new_id()}"
    done = await append(followed, whole_buy(user))
    begun = await append(followed, whole_buy(user, steps=4))
    assert [done] == ids(await listed(followed, userId=user, status="completed"))
    assert [begun] == ids(await listed(followed, userId=user, status="active"))
    assert [] == ids(await listed(followed, userId=user, status="failed"))
    for text in (done, done[:30], done.replace("-", "").upper()):
        assert [done] == ids(await listed(followed, userId=user, search=text))
    assert [begun, done] == ids(await listed(followed, userId=user, search=controls.MINT))
    signature = controls.SIGNATURES[0]
    assert [done] == ids(await listed(followed, userId=user, search=signature))
    for nothing in (signature[:-1], "abc", "%", "\0", "'--", "Käse"):
        assert [] == ids(await listed(followed, userId=user, search=nothing))


async def test_a_listed_job_shows_what_its_status_does(followed: Api) -> None:
    user = f"user-{CLOCK.new_id()}"
    job_id = await append(followed, whole_buy(user))
    page = (await listed(followed, userId=user)).body["data"]
    (item,) = page["jobs"]
    told = await followed.call("GET", f"/api/external-buy/job/{job_id}/timeline")
    last = told.body["data"]["events"][-1]
    assert page["cursors"][str(last["partition"])] >= last["cursor"]
    status = (await followed.status(job_id)).body["data"]
    assert status == {name: item[name] for name in status}
    assert (user, controls.MINT, "completed") == (
        item["userId"],
        item["tokenAddress"],
        item["status"],
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "cancelling"}, "status"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"cursor": "now"}, "cursor"),
        ({"search": "a" * 101}, "search"),
        ({"user": "alice"}, "user"),
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused(
    api: Api, query: dict[str, str], field: str
) -> None:
    check_refusal(await listed(api, **query), status=400, code="invalid_request", field=field)


async def test_a_timeline_holds_every_event_with_the_reason_of_the_ignored(followed: Api) -> None:
    """In plain fields, amounts exact, and nothing that could be sent to a chain."""
    user = f"user-{CLOCK.new_id()}"
    job = CLOCK.new_id()
    told: list[Event] = [
        controls.requested(),
        controls.advanced(1),
        controls.advanced(1),
        controls.advanced(2),
        controls.advanced(3),
        controls.quoted(),
        controls.signed(),
        controls.cancelled(),
    ]
    await append(followed, of_buy(job, told, user))
    path = f"/api/external-buy/job/{job}/timeline"
    answer = await followed.call("GET", path)
    events = answer.body["data"]["events"]
    assert [event.type for event in told] == [event["type"] for event in events]
    reasons = [event.get("ignoredReason") for event in events]
    assert reasons[2] == "phase 1 is already reached"
    assert [None] * 7 == reasons[:2] + reasons[3:]
    assert [reason is None for reason in reasons] == [event["accepted"] for event in events]
    assert str(controls.requested().lamports) == events[0]["data"]["lamports"]
    assert controls.SIGNATURES[0] == events[6]["data"]["signature"]
    assert "transaction" not in events[6]["data"]
    cursors = [event["cursor"] for event in events]
    assert sorted(set(cursors)) == cursors
    later = await followed.call("GET", path, params={"after": str(cursors[5])})
    assert events[6:] == later.body["data"]["events"]


async def test_a_timeline_of_a_new_job_is_empty_and_of_no_job_is_not_found(api: Api) -> None:
    check_refusal(
        await api.call("GET", f"/api/external-buy/job/{CLOCK.new_id()}/timeline"),
        status=404,
        code="job_not_found",
        field="jobId",
    )


async def test_the_overview_counts_what_is_open_and_how_buys_ended(followed: Api) -> None:
    path = "/api/external-buy/admin/overview"
    before = (await followed.call("GET", path)).body["data"]
    user = f"user-{CLOCK.new_id()}"
    now = CLOCK.now()
    await append(followed, whole_buy(user, steps=0))
    await append(followed, whole_buy(user, steps=4))
    ended = of_buy(
        CLOCK.new_id(), [*whole_buy(user)[:7], controls.failed(1, controls.SIGNATURES[0])], user
    )
    await append(followed, [event.model_copy(update={"occurred_at": now}) for event in ended])
    after = (await followed.call("GET", path)).body["data"]
    assert (1, 1) == tuple(after[name] - before[name] for name in ("queued", "active"))
    assert 1 == after["lastDay"]["failed"] - before["lastDay"]["failed"]
    assert 1 == failed_at(after, "jupiter") - failed_at(before, "jupiter")


def failed_at(overview: dict[str, Any], platform: str) -> int:
    return sum(one["failed"] for one in overview["venues"] if one["platform"] == platform)
