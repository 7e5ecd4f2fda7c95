"""The routes, as owners use them, over the whole api."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession

from api.auth.api_keys import ApiKeys
from api.auth.caller import Scope
from buyqueue.clock import SystemClock
from buyqueue.log.journal import Journal
from tests.openapi.ground import Ground, served
from tests.projections.buys import append_all, whole_buy
from tests.stack.servers import Stack
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.replicas import SECRET, SETTINGS
from tests.webhooks.test_delivery import new_user

HOOKS = "/api/external-buy/webhooks"
Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture(scope="module")
async def api(stack: Stack) -> AsyncIterator[Ground]:
    secret = "of-the-gate-in-tests-" * 2
    async with served(
        stack, **SETTINGS, auth="required", token_secret=secret, max_webhooks=3
    ) as ground:
        yield ground


@pytest.fixture
async def ask(api: Ground) -> AsyncIterator[Callable[..., Awaitable[Ask]]]:
    """Somebody with an API key: of a user or of nobody, with these scopes."""
    keys = ApiKeys(api.engine, timeout_ms=5_000)
    async with ClientSession() as session:

        async def caller(user: str | None, *scopes: Scope) -> Ask:
            of = frozenset(scopes or (Scope.WEBHOOKS,))
            key = await keys.create("test", of, user, SystemClock().now())

            async def call(method: str, path: str = "", **body: Any) -> tuple[int, Any]:
                headers, url = {"X-Api-Key": key}, f"{api.url}{HOOKS}{path}"
                sent = body or None
                async with session.request(method, url, headers=headers, json=sent) as answer:
                    return answer.status, await answer.json()

            return call

        yield caller


@pytest.fixture
async def journal(api: Ground) -> AsyncIterator[Journal]:
    made = Journal(api.settings.kafka_bootstrap_servers, client_id="test", timeout_ms=20_000)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def test_from_its_making_on_a_webhook_is_sent_what_happens(
    api: Ground, ask: Any, journal: Journal, receiver: Receiver
) -> None:
    user = new_user()
    alice = await ask(user)
    await append_all(journal, whole_buy(user))
    async with asyncio.timeout(60):
        while (await alice("GET"))[0] != 200:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
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


async def test_anothers_webhook_is_as_unknown_as_none(ask: Any, receiver: Receiver) -> None:
    alice, bob = await ask(new_user()), await ask(new_user())
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}"
    unknown = await bob("GET", f"/{SystemClock().new_id()}")
    assert unknown == await bob("GET", "/nonsense")
    for method, tail in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/rotate"),
        ("POST", "/enable"),
        ("POST", "/test"),
        ("POST", "/replay"),
    ):
        assert unknown == await bob(method, path + tail)
    assert [] == (await bob("GET"))[1]["data"]["webhooks"]
    assert 1 == len((await alice("GET"))[1]["data"]["webhooks"])
    assert [] == receiver.came


async def test_who_may_be_told_of_whom(ask: Any, receiver: Receiver) -> None:
    """A user of itself, a service of whom it names, and only an admin of everybody."""
    user = new_user()
    alice, service = await ask(user), await ask(None)
    admin = await ask(None, Scope.WEBHOOKS, Scope.ADMIN)
    status, body = await alice("POST", url=receiver.url, userId="somebody-else")
    assert (403, "wrong_user") == (status, body["code"])
    status, body = await service("POST", url=receiver.url)
    assert (403, "forbidden", "userId") == (status, body["code"], body["field"])
    assert 201 == (await service("POST", url=receiver.url, userId=user))[0]
    assert 1 == len((await alice("GET"))[1]["data"]["webhooks"])
    status, made = await admin("POST", url=receiver.url)
    assert (201, False) == (status, "userId" in made["data"]["webhook"])
    path = f"/{made['data']['webhook']['id']}"
    assert [404, 404, 200] == [(await who("GET", path))[0] for who in (alice, service, admin)]
    assert 403 == (await (await ask(user, Scope.READ, Scope.ADMIN))("GET"))[0]
    assert 200 == (await admin("DELETE", path))[0]


async def test_a_user_has_only_so_many_also_at_once(ask: Any, receiver: Receiver) -> None:
    alice = await ask(new_user())
    done = await asyncio.gather(*(alice("POST", url=receiver.url) for _ in range(8)))
    assert [201] * 3 + [409] * 5 == sorted(status for status, _ in done)
    assert {"too_many_webhooks"} == {body["code"] for status, body in done if status == 409}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"url": "https://127.0.0.1.example.com:22/"}, "invalid_webhook_url", "url"),
        ({"url": "https://169.254.169.254/"}, "invalid_webhook_url", "url"),
        ({"url": 7}, "invalid_webhook_url", "url"),
        ({"userId": "u"}, "invalid_webhook_url", "url"),
        ({"url": "https://example.com/", "userId": ""}, "invalid_user_id", "userId"),
        ({"url": "https://example.com/", "secret": "mine"}, "invalid_request", "secret"),
    ],
)
async def test_a_bad_wish_is_refused(ask: Any, body: dict[str, Any], code: str, field: str) -> None:
    status, answer = await (await ask(None, Scope.WEBHOOKS, Scope.ADMIN))("POST", **body)
    assert (400, code, field) == (status, answer["code"], answer["field"])


@pytest.mark.parametrize(
    "cursors", [[], "x", {"0": -2}, {"0": 1.5}, {"0": "1"}, {"99": 1}, {"x": 1}, {"0": 10**30}]
)
async def test_bad_cursors_are_refused(ask: Any, receiver: Receiver, cursors: Any) -> None:
    alice = await ask(new_user())
    _, made = await alice("POST", url=receiver.url)
    path = f"/{made['data']['webhook']['id']}/replay"
    status, answer = await alice("POST", path, cursors=cursors)
    assert (400, "invalid_request") == (status, answer["code"])


async def test_no_secret_is_written_anywhere(
    api: Ground,
    ask: Any,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither in the log nor in the row; nor the URL, which may hold one of its owner's."""
    caplog.set_level(logging.DEBUG)
    alice = await ask(new_user())
    url = receiver.url + "?token=of-the-receiver"
    _, made = await alice("POST", url=url)
    path = f"/{made['data']['webhook']['id']}"
    _, rotated = await alice("POST", f"{path}/rotate")
    receiver.answer = lambda _number, _id: 500
    await alice("POST", f"{path}/test")
    out, err = capfd.readouterr()
    secrets = [one["data"]["secret"] for one in (made, rotated)]
    for hidden in (*secrets, *(one[6:] for one in secrets), SECRET, "of-the-receiver"):
        assert hidden not in caplog.text + out + err


async def test_without_a_setting_there_are_no_webhooks(stack: Stack) -> None:
    async with (
        served(stack, webhook_secret=None) as ground,
        ground.session.get(f"{ground.url}{HOOKS}") as answer,
    ):
        assert (404, "not_found") == (answer.status, (await answer.json())["code"])
