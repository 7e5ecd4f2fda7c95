"""Status and cancel, with a projection that follows the real log."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from buyqueue.events.codec import Event
from buyqueue.events.events import BuyCancelled, BuyRequested
from buyqueue.tables import SUBMISSIONS
from projections.tables import BUY_EVENTS, BUYS_TABLE
from tests.api.log_of import events_of
from tests.api.running import Api
from tests.controls import events as controls
from tests.controls.start_requests import example


async def started(api: Api) -> str:
    return str((await api.start(example())).body["jobId"])


async def happened(api: Api, job_id: str, *events: Event) -> None:
    """Append what a worker would, and wait until the projection has read it."""
    for event in events:
        mine = event.model_copy(update={"job_id": UUID(job_id)})
        cursor = await api.parts.log.append(mine)
    await projected(api, job_id, cursor.offset)


async def projected(api: Api, job_id: str, offset: int = 0) -> None:
    async with asyncio.timeout(15):
        while True:
            history = await api.parts.queries.history(UUID(job_id))
            if history and history[-1].cursor >= offset:
                return
            await asyncio.sleep(0.05)


def signed() -> list[Event]:
    return [
        controls.advanced(1),
        controls.advanced(2),
        controls.advanced(3),
        controls.quoted(),
        controls.signed(),
    ]


async def requests_for(api: Api, job_id: str, kind: type[Any]) -> int:
    events = await events_of(api.parts.settings.kafka_bootstrap_servers, job_id)
    return sum(isinstance(event, kind) for event in events)


async def test_the_status_right_after_the_start_is_queued(api: Api) -> None:
    """From the submission: no projection runs here that knows of it yet."""
    answer = await api.status(await started(api))
    assert answer.status == 200
    data = answer.body["data"]
    assert (data["status"], data["outcomeUnknown"]) == ("queued", False)
    progress = data["progress"]
    original = {name: progress[name] for name in ("phase", "totalPhases", "phaseTitle", "progress")}
    assert original == {"phase": 0, "totalPhases": 4, "phaseTitle": "Queued", "progress": 0}
    assert progress["details"] == {}
    assert "result" not in data


async def test_the_status_follows_the_log(api: Api, projector: None) -> None:
    job_id = await started(api)
    await happened(api, job_id, *signed(), controls.sent())
    active = (await api.status(job_id)).body["data"]
    assert (active["status"], active["progress"]["phase"]) == ("active", 3)
    await happened(api, job_id, controls.completed())
    data = (await api.status(job_id)).body["data"]
    assert data["status"] == "completed"
    assert data["result"]["success"] is True
    assert data["result"]["transactionSignature"] == controls.SIGNATURES[0]


async def test_a_job_id_may_be_written_in_capitals(api: Api) -> None:
    assert (await api.status((await started(api)).upper())).status == 200


async def test_a_queued_buy_is_cancelled(api: Api, projector: None) -> None:
    job_id = await started(api)
    answer = await api.cancel(job_id)
    assert answer.status == 200
    assert answer.body == {
        "success": True,
        "jobId": job_id,
        "status": "cancelled",
        "message": answer.body["message"],
    }
    assert (await api.status(job_id)).body["data"]["status"] == "cancelled"


async def test_cancelling_twice_appends_once(api: Api, projector: None) -> None:
    job_id = await started(api)
    first, second = await api.cancel(job_id), await api.cancel(job_id)
    assert (first.status, first.body) == (second.status, second.body)
    assert await requests_for(api, job_id, BuyCancelled) == 1
    await happened(api, job_id, controls.stopped())
    assert (await api.cancel(job_id)).status == 200


async def test_cancelling_a_signed_buy_is_too_late_and_says_until_when(
    api: Api, projector: None
) -> None:
    job_id = await started(api)
    await happened(api, job_id, *signed())
    for _ in range(2):
        answer = await api.cancel(job_id)
        assert (answer.status, answer.body["code"]) == (409, "too_late")
        assert answer.body["signature"] == controls.SIGNATURES[0]
        assert answer.body["lastValidBlockHeight"] == 300
    assert await requests_for(api, job_id, BuyCancelled) == 1


async def test_cancelling_a_finished_buy(api: Api, projector: None) -> None:
    done, lost = await started(api), await started(api)
    await happened(api, done, *signed(), controls.completed())
    await happened(api, lost, controls.failed())
    for job_id, end in ((done, "completed"), (lost, "failed")):
        answer = await api.cancel(job_id)
        assert (answer.status, answer.body["code"]) == (409, "already_finished")
        assert answer.body["status"] == end
        assert await requests_for(api, job_id, BuyCancelled) == 0


async def test_cancelling_an_unconfirmed_job_leaves_nothing_that_could_buy(
    api: Api, projector: None
) -> None:
    """The request goes into the log before the cancel, and the sealed key is gone before both."""
    job_id = await started(api)
    await projected(api, job_id)
    async with api.parts.engine.begin() as connection:
        await connection.execute(update(SUBMISSIONS).values(partition=None, offset=None))
        for table in (BUY_EVENTS, BUYS_TABLE):
            await connection.execute(delete(table).where(table.c.job_id == UUID(job_id)))
    assert (await api.written())[1] == 1
    answer = await api.cancel(job_id)
    assert answer.status in (200, 202)
    assert (await api.written())[1] == 0
    assert await requests_for(api, job_id, BuyRequested) == 2
    assert await requests_for(api, job_id, BuyCancelled) == 1
