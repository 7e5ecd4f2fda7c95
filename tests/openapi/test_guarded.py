"""The document of an api that asks who one is, and its answers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from api.auth.api_keys import ApiKeys
from api.auth.caller import Scope
from buyqueue.clock import SystemClock
from tests.controls.start_requests import example
from tests.openapi.fuzz.shooting import fuzz
from tests.openapi.ground import Ground, served
from tests.openapi.reading import Judge
from tests.openapi.test_document import START, STATUS, asked
from tests.stack.servers import Stack

TOKEN = "/api/external-buy/token"  # noqa: S105 - a route
ABUSE = "/api/external-buy/admin/abuse"
VAULT_KEY = "/api/external-buy/vault-key"


# The server runs in another thread, and its dice are taken for ours.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")


@pytest.fixture(scope="module")
async def guarded(stack: Stack) -> AsyncIterator[Ground]:
    """An api that lets nobody in without a credential; the session has none."""
    secret = SecretStr("openapi-test-" * 4)
    async with served(stack, auth="required", token_secret=secret) as ground:
        yield ground


@pytest.fixture(scope="module")
async def admin(guarded: Ground) -> AsyncIterator[Ground]:
    """The same api, asked with an API key that may do everything."""
    keys = ApiKeys(guarded.engine, timeout_ms=5_000)
    key = await keys.create("test", frozenset(Scope), None, SystemClock().now())
    async with aiohttp.ClientSession(headers={"X-Api-Key": key}) as session:
        yield replace(guarded, session=session)


async def test_what_is_not_public_takes_either_credential(guarded: Ground) -> None:
    document = await guarded.document()
    assert {"bearer", "apiKey"} == set(document["components"]["securitySchemes"])
    start = document["paths"][START]["post"]
    assert [{"bearer": []}, {"apiKey": []}] == start["security"]
    assert "Needs the scope `submit`." in start["description"]
    assert "security" not in document["paths"]["/health/live"]["get"]


async def test_without_a_credential_nothing_is_taken_and_all_is_as_described(
    guarded: Ground,
) -> None:
    figures = await fuzz(guarded, 150, seeded=True)
    for route, status, _ in figures.answers:
        if route.startswith(f"POST {START}"):
            assert status in (400, 401, 417)


async def test_answers_to_an_admin_are_as_described(admin: Ground) -> None:
    judge = Judge(await admin.document())
    started = await asked(admin, "POST", START, START, json=example())
    job_id = started.body["jobId"]
    wishes: list[dict[str, Any]] = [
        {"userId": "user123", "scopes": ["submit"], "ttlSeconds": 60},
        {"jobId": job_id},
        {"jobId": "none"},
        {"userId": ""},
        {},
    ]
    answers = [started]
    for wish in wishes:
        answers.append(await asked(admin, "POST", TOKEN, TOKEN, json=wish))  # noqa: PERF401
    answers.append(await asked(admin, "GET", ABUSE, ABUSE))
    answers.append(await asked(admin, "GET", VAULT_KEY, VAULT_KEY))
    assert [202, 201, 201, 404, 400, 400, 200, 200] == [one.status for one in answers]
    assert [None] * 8 == [judge.objection(one) for one in answers]


async def test_another_users_token_is_refused_as_described(admin: Ground) -> None:
    judge = Judge(await admin.document())
    wish = {"userId": "somebody", "scopes": ["submit", "read"]}
    token = (await asked(admin, "POST", TOKEN, TOKEN, json=wish)).body["data"]["token"]
    started = await asked(admin, "POST", START, START, json=example())
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        somebody = replace(admin, session=session)
        path = STATUS.replace("{jobId}", started.body["jobId"])
        answers = [
            await asked(somebody, "POST", START, START, json=example()),
            await asked(somebody, "GET", path, STATUS),
            await asked(somebody, "GET", ABUSE, ABUSE),
            await asked(somebody, "POST", TOKEN, TOKEN, json={"userId": "user123"}),
        ]
    assert [403, 404, 403, 403] == [one.status for one in answers]
    assert [None] * 4 == [judge.objection(one) for one in answers]
