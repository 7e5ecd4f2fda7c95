"""Whose webhooks they are, and what is no webhook."""

import asyncio
from typing import Any

import pytest

from api.auth.caller import Scope
from buyqueue.clock import SystemClock
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_delivery import new_user


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
        ({"url": "https://2130706433/"}, "invalid_webhook_url", "url"),
        ({"url": "https://127.1/"}, "invalid_webhook_url", "url"),
        ({"url": "https://0177.0.0.1/"}, "invalid_webhook_url", "url"),
        ({"url": "https://%31%32%37.0.0.1/"}, "invalid_webhook_url", "url"),
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
