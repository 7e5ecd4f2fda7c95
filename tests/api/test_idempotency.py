"""The same key and the same order are one job, however often and however badly they arrive."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiokafka.errors import ProducerClosed
from sqlalchemy import delete, select, update

from api.app import create_app
from api.parts import Parts
from buyqueue.log.reader import LogReader
from buyqueue.tables import SUBMISSIONS, VAULT
from tests.api.log_of import events_of
from tests.api.running import START, Api, LostAcknowledgement, Refusing, Slow, served, with_log
from tests.controls.start_requests import TOKEN_2022_MINT, example


async def test_the_same_order_again_is_the_same_job(api: Api) -> None:
    first = await api.start(example(), key="k-1")
    before = await api.written()
    again = await api.start(example(slippage=3.00, priorityFee=0.002), key="k-1")
    assert (again.status, again.body) == (first.status, first.body)
    assert await api.written() == before


@pytest.mark.parametrize(
    "other", [{"buyAmount": 0.2}, {"slippage": 4}, {"tokenAddress": TOKEN_2022_MINT}]
)
async def test_another_order_under_the_same_key_is_refused(
    api: Api, other: dict[str, object]
) -> None:
    await api.start(example(), key="k-1")
    before = await api.written()
    answer = await api.start(example(**other), key="k-1")
    assert (answer.status, answer.body["code"]) == (422, "idempotency_conflict")
    assert answer.body["field"] == "Idempotency-Key"
    assert await api.written() == before


async def test_keys_belong_to_their_user(api: Api) -> None:
    first = await api.start(example(), key="k-1")
    other = await api.start(example(userId="someone else"), key="k-1")
    assert other.status == 202
    assert other.body["jobId"] != first.body["jobId"]


async def test_without_a_key_every_request_is_a_job(api: Api) -> None:
    ids = {(await api.start(example())).body["jobId"] for _ in range(3)}
    assert len(ids) == 3


async def test_100_at_once_are_one_job_and_one_append(parts: Parts, reader: LogReader) -> None:
    """Across two instances, as behind a load balancer."""
    slow = Slow(parts.log, 0.3)
    sharing = with_log(parts, slow)
    async with served(sharing, reader) as one, served(sharing, reader) as two:
        before = await one.written()
        asked = [(one, two)[n % 2].start(example(), key="k-100") for n in range(100)]
        answers = await asyncio.gather(*asked)
        assert {answer.status for answer in answers} == {202}
        assert len({answer.text for answer in answers}) == 1
        assert slow.appended == 1
        after = await one.written()
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]


async def test_a_lost_acknowledgement_is_said_and_a_retry_appends_the_same_event(
    parts: Parts, reader: LogReader
) -> None:
    lossy = with_log(parts, LostAcknowledgement(parts.log))
    async with served(lossy, reader) as api:
        lost = await api.start(example(), key="k-1")
        assert (lost.status, lost.body["code"]) == (503, "log_unavailable")
        assert lost.body["retryable"] is True
        assert "may still be carried out" in lost.body["error"]
        again = await api.start(example(), key="k-1")
        assert (again.status, again.body["jobId"]) == (202, lost.body["jobId"])
    kafka = parts.settings.kafka_bootstrap_servers
    first, second = await events_of(kafka, lost.body["jobId"])
    assert first == second


async def test_a_lost_acknowledgement_without_a_key_warns_of_a_second_buy(
    parts: Parts, reader: LogReader
) -> None:
    """The rows stay, since the log may hold the job; and a blind retry is not called safe."""
    async with served(with_log(parts, LostAcknowledgement(parts.log)), reader) as api:
        before = await api.written()
        lost = await api.start(example())
        assert (lost.status, lost.body["retryable"]) == (503, False)
        assert "could buy twice" in lost.body["error"]
        after = await api.written()
        assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]
        status = await api.status(lost.body["jobId"])
    assert status.body["data"]["status"] == "queued"
    assert "Not confirmed" in status.body["data"]["progress"]["details"]["currentOperation"]


async def test_an_append_that_surely_failed_leaves_nothing(parts: Parts, reader: LogReader) -> None:
    async with served(with_log(parts, Refusing(ProducerClosed())), reader) as api:
        before = await api.written()
        answer = await api.start(example())
        assert (answer.status, answer.body["code"]) == (503, "log_unavailable")
        assert answer.body["retryable"] is True
        assert await api.written() == before


async def test_an_acknowledgement_that_comes_too_late_is_unknown(
    parts: Parts, reader: LogReader
) -> None:
    hasty = replace(parts, settings=parts.settings.model_copy(update={"submit_timeout_ms": 1_500}))
    # What is before the append has to fit into the time, on a busy machine too.
    slow = Slow(parts.log, 3.0)
    async with served(with_log(hasty, slow), reader) as api:
        answers = await asyncio.gather(*(api.start(example(), key="k-1") for _ in range(5)))
        assert {answer.status for answer in answers} == {503}
        assert len({answer.body["jobId"] for answer in answers}) == 1


async def test_a_place_that_could_not_be_noted_costs_a_second_append_and_no_second_job(
    api: Api,
) -> None:
    first = await api.start(example(), key="k-1")
    async with api.parts.engine.begin() as connection:
        await connection.execute(update(SUBMISSIONS).values(partition=None, offset=None))
    again = await api.start(example(), key="k-1")
    assert again.body == first.body
    kafka = api.parts.settings.kafka_bootstrap_servers
    assert len(await events_of(kafka, first.body["jobId"])) == 2


async def test_a_retry_brings_no_key_back_that_the_worker_has_deleted(api: Api) -> None:
    await api.start(example(), key="k-1")
    async with api.parts.engine.begin() as connection:
        await connection.execute(update(SUBMISSIONS).values(partition=None, offset=None))
        await connection.execute(delete(VAULT))
    assert (await api.start(example(), key="k-1")).status == 202
    async with api.parts.engine.connect() as connection:
        assert (await connection.execute(select(VAULT))).all() == []


async def test_a_client_that_hangs_up_leaves_a_whole_job(parts: Parts, reader: LogReader) -> None:
    async with served(with_log(parts, Slow(parts.log, 0.5)), reader) as api:
        before = await api.written()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await api.start(example())
        await asyncio.sleep(1)
        after = await api.written()
        assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]
        async with parts.engine.connect() as connection:
            assert (await connection.execute(select(SUBMISSIONS.c.offset))).scalar_one() is not None


async def test_a_cancelled_request_leaves_a_whole_job(parts: Parts) -> None:
    """Under a server that cancels the request of a client that hangs up."""
    slow = Slow(parts.log, 0.5)
    runner = web.AppRunner(create_app(with_log(parts, slow)), handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{START}"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await session.post(url, json=example())
    await asyncio.sleep(0.1)
    await runner.cleanup()
    async with parts.engine.connect() as connection:
        assert (await connection.execute(select(SUBMISSIONS.c.offset))).scalar_one() is not None
    assert slow.appended == 1


async def test_stopping_the_server_finishes_what_has_begun(parts: Parts, reader: LogReader) -> None:
    slow = Slow(parts.log, 0.5)
    async with served(with_log(parts, slow), reader) as api:
        asked = asyncio.create_task(api.start(example()))
        await asyncio.sleep(0.2)
    answer = await asked
    assert (answer.status, slow.appended) == (202, 1)
