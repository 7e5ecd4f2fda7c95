"""Somebody who asks the whole api for webhooks, and a receiver."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession

from api.auth.api_keys import ApiKeys
from api.auth.caller import Scope
from buyqueue.clock import SystemClock
from tests.openapi.ground import Ground, served
from tests.projections.conftest import ground, journal
from tests.stack.servers import Stack
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.replicas import SETTINGS

__all__ = ["ground", "journal"]
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
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made
