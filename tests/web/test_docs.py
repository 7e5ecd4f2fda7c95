"""The reference at /docs shows the whole API, sends its requests, and keeps no credential."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.auth.api_keys import ApiKeys
from api.auth.caller import Scope
from buyqueue.clock import SystemClock
from tests.openapi.ground import served
from tests.stack.servers import Stack
from tests.web.browser import driven


@pytest.mark.timeout(150)
async def test_a_reader_finds_every_operation_and_tries_it(stack: Stack, folder: Path) -> None:
    secret = SecretStr("reference-test-" * 4)
    async with served(stack, auth="required", token_secret=secret) as ground:
        keys = ApiKeys(ground.engine, timeout_ms=5_000)
        key = await keys.create("reader", frozenset(Scope), None, SystemClock().now())
        paths = (await ground.document())["paths"]
        told = {"url": ground.url, "secret": key, "folder": str(folder)}
        found = await driven("docs", told, within_s=120)
    assert sum(map(len, paths.values())) == found["operations"]
    assert ["200 OK", "?limit=2"] == found["list"]
    assert f"Bearer {key}" == found["authorization"]
    assert 1 == found["headers"]
    assert {"userId", "tokenAddress", "buyAmount"} == set(found["prefilled"])
    assert ["400 Bad Request", "walletPrivateKey"] == found["refused"]
    assert 1 == found["codes"]
    assert ["Open"] == found["stream"]
    assert key not in found["kept"]
    assert "" == found["afterReload"]
    assert [] == found["complaints"]
    assert {} == {name: wrong for name, wrong in found["looks"].items() if wrong}
    assert 4 == len(found["looks"])
