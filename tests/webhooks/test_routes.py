"""The routes, as owners use them, over the whole api."""

import asyncio
import logging
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from buyqueue.clock import SystemClock
from buyqueue.log.journal import Journal
from buyqueue.tables import WEBHOOKS
from tests.openapi.ground import Ground, served
from tests.projections.buys import append_all, caught_up, whole_buy
from tests.stack.servers import Stack
from tests.webhooks.conftest import HOOKS
from tests.webhooks.receiver import Receiver
from tests.webhooks.replicas import SECRET
from tests.webhooks.test_delivery import new_user


@pytest.fixture
async def journal(api: Ground) -> AsyncIterator[Journal]:
    made = Journal(api.settings.kafka_bootstrap_servers, client_id="test", timeout_ms=20_000)
    await made.start()
    yield made
    await made.stop()


async def test_from_its_making_on_a_webhook_is_sent_what_happens(
    api: Ground, ask: Any, journal: Journal, receiver: Receiver
) -> None:
    user = new_user()
    alice = await ask(user)
    await append_all(journal, whole_buy(user))
    # A webhook begins where the projection stands.
    await caught_up(api.engine, api.settings.kafka_bootstrap_servers)
    status, made = await alice("POST", url=receiver.url)
    assert 201 == status
    hook, secret = made["data"]["webhook"], made["data"]["secret"]
    assert (user, receiver.url, 0) == (hook["userId"], hook["url"], hook["failures"])
    job = whole_buy(user)
    await append_all(journal, job)
    await receiver.took(8)
    assert {str(job[0].job_id)} == {one.body["data"]["jobId"] for one in receiver.came}
    assert all(one.is_signed_with(secret) for one in receiver.came)
    status, shown = await alice("GET", f"/{hook['id']}")
    assert (200, False) == (status, "secret" in str(shown))


async def test_a_replay_sends_again_what_is_behind_the_cursors_with_the_same_ids(
    ask: Any, journal: Journal, receiver: Receiver
) -> None:
    user = new_user()
    alice = await ask(user)
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}"
    await append_all(journal, whole_buy(user))
    await receiver.took(8)
    first = [one.id for one in receiver.came]
    partition = receiver.came[0].body["data"]["partition"]
    cursor = receiver.came[3].body["data"]["cursor"]
    begin = made["data"]["webhook"]["cursors"] | {str(partition): cursor}
    status, _ = await alice("POST", f"{path}/replay", cursors=begin)
    assert 200 == status
    await receiver.took(12)
    await asyncio.sleep(0.3)
    assert first[4:] == [one.id for one in receiver.came[8:]]
    status, _ = await alice("POST", f"{path}/replay", cursors={})
    assert 200 == status
    await receiver.took(20)
    assert first == [one.id for one in receiver.came[12:]]


async def test_after_a_rotation_both_secrets_sign(
    ask: Any, journal: Journal, receiver: Receiver
) -> None:
    user = new_user()
    alice = await ask(user)
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}"
    status, rotated = await alice("POST", f"{path}/rotate")
    assert 200 == status
    until = rotated["data"]["webhook"]["oldSecretUntil"] / 1000 - SystemClock().now().timestamp()
    assert 23 * 3600 < until <= 24 * 3600
    secrets = made["data"]["secret"], rotated["data"]["secret"]
    assert secrets[0] != secrets[1]
    await append_all(journal, whole_buy(user))
    await receiver.took(8)
    assert all(one.is_signed_with(secret) for one in receiver.came for secret in secrets)
    assert {2} == {len(one.signatures) for one in receiver.came}


async def test_a_trial_says_how_it_went(ask: Any, receiver: Receiver) -> None:
    alice = await ask(new_user())
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}/test"
    _, tested = await alice("POST", path)
    assert (True, 204) == (tested["data"]["delivered"], tested["data"]["status"])
    assert "ping" == receiver.came[0].body["type"]
    assert receiver.came[0].is_signed_with(made["data"]["secret"])
    receiver.answer = lambda _number, _id: 500
    _, tested = await alice("POST", path)
    assert (False, "it answered 500") == (tested["data"]["delivered"], tested["data"]["error"])


async def test_a_disabled_one_goes_on_from_where_it_stood_once_it_is_enabled(
    ask: Any, journal: Journal, receiver: Receiver
) -> None:
    user = new_user()
    alice = await ask(user)
    receiver.answer = lambda _number, _id: 410
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}"
    await append_all(journal, whole_buy(user))
    async with asyncio.timeout(60):
        while "disabledReason" not in (shown := (await alice("GET", path))[1]["data"]):
            await asyncio.sleep(0.05)
    assert "it answered 410 Gone" == shown["disabledReason"]
    receiver.answer = lambda _number, _id: 200
    status, enabled = await alice("POST", f"{path}/enable")
    assert (200, False) == (status, "disabledReason" in enabled["data"])
    await receiver.took(8)
    assert 8 == len({one.id for one in receiver.taken})


async def test_a_deleted_one_is_sent_nothing(
    ask: Any, journal: Journal, receiver: Receiver
) -> None:
    user = new_user()
    alice = await ask(user)
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}"
    assert 200 == (await alice("DELETE", path))[0]
    await asyncio.sleep(0.2)
    await append_all(journal, whole_buy(user))
    await asyncio.sleep(1)
    assert [] == receiver.came
    for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/test")):
        status, body = await alice(method, path + tail)
        assert (404, "webhook_not_found") == (status, body["code"])


async def test_no_secret_is_written_anywhere(
    api: Ground,
    ask: Any,
    journal: Journal,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """No secret in what is logged or kept, nor in what is logged the URL, which may hold one."""
    caplog.set_level(logging.DEBUG)
    user = new_user()
    alice = await ask(user)
    url = receiver.url + "?token=of-the-receiver"
    _, made = await alice("POST", url=url)
    path = f"/{made['data']['webhook']['id']}"
    _, rotated = await alice("POST", f"{path}/rotate")
    receiver.answer = lambda _number, _id: 500
    await alice("POST", f"{path}/test")
    await append_all(journal, whole_buy(user))
    await receiver.tried(2)
    said = ""
    async with asyncio.timeout(20):
        while "webhook.failed" not in caplog.text + said:
            said += "".join(capfd.readouterr())
            await asyncio.sleep(0.02)
    said += caplog.text
    secrets = [one["data"]["secret"] for one in (made, rotated)]
    plain = [text for one in secrets for text in (one, one.removeprefix("whsec_"))]
    for hidden in (*plain, SECRET, "of-the-receiver"):
        assert hidden not in said
    query = select(WEBHOOKS).where(WEBHOOKS.c.user_id == user)
    async with api.engine.connect() as connection:
        row = (await connection.execute(query)).one()
    kept = b"|".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    raw = [b64decode(one.removeprefix("whsec_")) for one in secrets]
    assert [] == [one for one in (*raw, *(text.encode() for text in plain)) if one in kept]


async def test_without_a_setting_there_are_no_webhooks(stack: Stack) -> None:
    async with (
        served(stack, webhook_secret=None) as ground,
        ground.session.get(f"{ground.url}{HOOKS}") as answer,
    ):
        assert (404, "not_found") == (answer.status, (await answer.json())["code"])
