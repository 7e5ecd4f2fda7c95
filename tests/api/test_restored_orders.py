"""Postgres is restored to before an order, and the order comes again: it is not bought twice."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from api.parts import Parts
from api.submissions.rows import Rows
from api.submissions.submission import requested
from buyqueue.clock import SystemClock
from buyqueue.events.events import BuyRequested
from buyqueue.idempotency import digest_of, restored_name
from buyqueue.log.reader import LogReader
from buyqueue.tables import SUBMISSIONS, VAULT
from projections.lost_orders import restore
from tests.api.log_of import events_of
from tests.api.running import Api
from tests.controls import events as controls
from tests.controls.start_requests import TOKEN_2022_MINT, WALLET_KEYPAIR, example
from tests.vault.ways import new_reference, seal


@pytest.fixture
def name() -> str:
    """An Idempotency-Key; the log is shared with other tests."""
    return str(SystemClock().new_id())


async def lose(parts: Parts) -> None:
    """As a restore from a backup does that is older than all orders."""
    async with parts.engine.begin() as connection:
        await connection.execute(delete(SUBMISSIONS))
        await connection.execute(delete(VAULT))


async def lose_and_restore(parts: Parts, reader: LogReader) -> None:
    await lose(parts)
    await restore(parts.engine, reader)


async def sealed_order(api: Api) -> dict[str, Any]:
    key = (await api.call("GET", "/api/external-buy/vault-key")).body["data"]
    sealed = seal(key, WALLET_KEYPAIR, new_reference())
    return example(walletPrivateKey=..., sealedWalletKey=sealed)


async def test_a_repeat_is_the_same_job(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    first = await api.start(example(), key=name)
    await lose_and_restore(parts, reader)
    before = await api.written()
    again = await api.start(example(slippage=3.00), key=name)
    assert (again.status, again.body) == (202, first.body)
    assert await api.written() == before


async def test_another_order_under_its_name_is_refused(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    await api.start(example(), key=name)
    await lose_and_restore(parts, reader)
    answer = await api.start(example(tokenAddress=TOKEN_2022_MINT), key=name)
    assert (answer.status, answer.body["code"]) == (422, "idempotency_conflict")


async def test_a_name_is_its_users_own(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    first = await api.start(example(), key=name)
    await lose_and_restore(parts, reader)
    other = await api.start(example(userId="someone else"), key=name)
    assert (other.status, other.body["jobId"] != first.body["jobId"]) == (202, True)


async def test_a_sealed_key_works_once(api: Api, parts: Parts, reader: LogReader) -> None:
    order = await sealed_order(api)
    assert (await api.start(order)).status == 202
    await lose_and_restore(parts, reader)
    before = await api.written()
    answer = await api.start(order, key="a name that it did not have")
    assert (answer.status, answer.body["code"]) == (409, "reference_used")
    assert await api.written() == before


async def test_what_is_there_stays(api: Api, parts: Parts, reader: LogReader, name: str) -> None:
    mine = await api.start(example(), key=name)
    await restore(parts.engine, reader)
    names = select(SUBMISSIONS.c.idempotency_key).where(SUBMISSIONS.c.job_id == mine.body["jobId"])
    count = select(func.count()).select_from(SUBMISSIONS)
    async with parts.engine.connect() as connection:
        assert await connection.scalar(names) == name
        before = await connection.scalar(count)
        assert (await restore(parts.engine, reader)).orders == 0
        assert await connection.scalar(count) == before


async def test_a_restored_order_is_the_event_again(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    """Should it have to be appended once more, it is the same."""
    job = (await api.start(example(), key=name)).body["jobId"]
    await lose_and_restore(parts, reader)
    (event,) = await events_of(api.parts.settings.kafka_bootstrap_servers, job)
    assert isinstance(event, BuyRequested)
    found = await Rows(parts.engine, timeout_ms=5_000).find(UUID(job))
    assert found is not None
    assert requested(found, event.writer) == event


async def test_of_orders_that_share_a_name_one_has_it(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    first = (await api.start(example(), key=name)).body
    await lose(parts)
    second = (await api.start(example(), key=name)).body
    await lose_and_restore(parts, reader)
    before = await api.written()
    assert (await api.start(example(), key=name)).body in (first, second)
    assert await api.written() == before
    for one in (first, second):
        assert await Rows(parts.engine, timeout_ms=5_000).find(UUID(one["jobId"])) is not None


async def test_a_repeat_from_before_the_restore_keeps_the_name(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    """Orders that came in before the lost ones were written again: a name stays one order's."""
    first = (await api.start(example(), key=name)).body
    await lose(parts)
    second = (await api.start(example(), key=name)).body
    assert second["jobId"] != first["jobId"]
    assert (await restore(parts.engine, reader)).orders >= 1
    before = await api.written()
    for _ in range(2):
        again = await api.start(example(), key=name)
        assert (again.status, again.body) == (202, second)
    assert await api.written() == before
    lost = await Rows(parts.engine, timeout_ms=5_000).find(UUID(first["jobId"]))
    assert lost is not None
    assert lost.idempotency_key is None


async def test_a_sealed_key_that_came_again_keeps_its_reference(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    """And the lost order, which shares the reference alone, has its own name back."""
    order = await sealed_order(api)
    first = (await api.start(order, key=name)).body
    await lose(parts)
    assert (await api.start(order)).status == 202
    await restore(parts.engine, reader)
    references = select(SUBMISSIONS.c.sealed_reference).where(
        SUBMISSIONS.c.sealed_reference.is_not(None),
        SUBMISSIONS.c.job_id.in_(select(VAULT.c.job_id)) | (SUBMISSIONS.c.job_id == first["jobId"]),
    )
    async with parts.engine.connect() as connection:
        assert [order["sealedWalletKey"]["reference"]] == [
            *(await connection.execute(references)).scalars()
        ]
    assert (await api.start(order, key=name)).body == first


async def test_of_two_that_have_a_name_all_the_same_the_first_is_meant(
    api: Api, parts: Parts, name: str
) -> None:
    """As a restore beside a running api may leave them."""
    first = (await api.start(example(), key=name)).body
    second = (await api.start(example())).body
    digest = restored_name(digest_of("key", "user123", name))
    change = update(SUBMISSIONS).where(SUBMISSIONS.c.job_id == second["jobId"])
    async with parts.engine.begin() as connection:
        await connection.execute(change.values(idempotency_key=digest))
    before = await api.written()
    assert (await api.start(example(), key=name)).body == first
    assert await api.written() == before


async def test_an_order_that_no_api_has_taken_stops_nothing(
    api: Api, parts: Parts, reader: LogReader, name: str
) -> None:
    """Postgres cannot hold the letter NUL; its escape is a name like others."""
    odd = controls.requested().model_copy(update={"user_id": "a\0b"})
    await parts.log.append(odd.model_copy(update={"job_id": SystemClock().new_id()}))
    first = await api.start(example(userId="\\u0000"), key=name)
    await lose_and_restore(parts, reader)
    assert first.body == (await api.start(example(userId="\\u0000"), key=name)).body


async def test_the_log_knows_no_name(api: Api, parts: Parts) -> None:
    job = (await api.start(example(), key="an e-mail address")).body["jobId"]
    (event,) = await events_of(api.parts.settings.kafka_bootstrap_servers, job)
    assert "an e-mail address" not in event.model_dump_json()
    unnamed = (await api.start(example())).body["jobId"]
    (event,) = await events_of(parts.settings.kafka_bootstrap_servers, unnamed)
    assert isinstance(event, BuyRequested)
    assert event.idempotency is None
