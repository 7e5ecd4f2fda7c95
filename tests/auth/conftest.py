"""An api that asks everybody who they are, on real parts, with a real relay."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from socketio import AsyncClient
from socketio.exceptions import ConnectionError as Refused

from api.auth.api_keys import ApiKeys
from api.auth.caller import Scope
from api.auth.door import GuardedDoor
from api.auth.ownership import Owners
from api.auth.setting_up import gate_of
from api.parts import Parts
from api.relay.relay import Relay, create_socket_server
from api.submissions.rows import Rows
from buyqueue.log.reader import LogReader
from tests.api.conftest import (
    api,
    brokers,
    engine,
    journal,
    parts,
    projector,
    reader,
    session_parts,
    settings,
    solana,
)
from tests.api.running import Answer, Api, served
from tests.auth.makers import AUDIENCE, ISSUER, OWN_SECRET, SHARED_SECRET, jwks, now

__all__ = [
    "api",
    "brokers",
    "engine",
    "journal",
    "parts",
    "projector",
    "reader",
    "session_parts",
    "settings",
    "solana",
]

EVERY = frozenset(Scope)


@dataclass(frozen=True)
class Guarded:
    """A client of an api that asks who it is."""

    api: Api
    keys: ApiKeys

    async def call(self, method: str, path: str, credential: str | None, **other: Any) -> Answer:
        headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
        return await self.api.call(method, path, headers=headers, **other)

    async def start(self, credential: str | None, body: Any) -> Answer:
        return await self.call("POST", "/api/external-buy/start", credential, json=body)

    async def status(self, credential: str, job_id: str) -> Answer:
        return await self.call("GET", f"/api/external-buy/job/{job_id}/status", credential)

    async def cancel(self, credential: str, job_id: str) -> Answer:
        return await self.call("POST", f"/api/external-buy/job/{job_id}/cancel", credential)

    async def mint(self, credential: str | None, **body: Any) -> Answer:
        return await self.call("POST", "/api/external-buy/token", credential, json=body)

    async def key(self, scopes: frozenset[Scope] = EVERY, user: str | None = None) -> str:
        return await self.keys.create("test", scopes, user, now())

    async def socket(self, auth: Any = None, headers: dict[str, str] | None = None) -> AsyncClient:
        """Connect; raises Refused."""
        client = AsyncClient(reconnection=False)
        try:
            await client.connect(
                self.api.url, headers=headers or {}, auth=auth, transports=["websocket"]
            )
        except Refused:
            await client.disconnect()
            raise
        return client


def guarded_parts(parts: Parts, keys_file: Path, **other: Any) -> Parts:
    """The same parts behind a gate, with a relay behind a door."""
    keys_file.write_bytes(jwks())
    fields = {
        "auth": "required",
        "token_secret": SecretStr(OWN_SECRET),
        "jwt_secret": SecretStr(SHARED_SECRET),
        "jwks_file": keys_file,
        "jwt_issuer": ISSUER,
        "jwt_audience": AUDIENCE,
        "rate_limit_per_minute": 0,
        "debug_routes": True,
    }
    settings = parts.settings.model_copy(update=fields | other)
    gate = gate_of(settings, parts.engine, parts.clock)
    owners = Owners(parts.queries, Rows(parts.engine, timeout_ms=settings.submit_timeout_ms))
    sockets = create_socket_server(settings)
    relay = Relay(
        sockets,
        bootstrap_servers=settings.kafka_bootstrap_servers,
        engine=parts.engine,
        clock=parts.clock,
        door=GuardedDoor(gate, owners, parts.clock, look_again_s=0.2),
    )
    return replace(parts, settings=settings, gate=gate, relay=relay, sockets=sockets)


@pytest.fixture(scope="session")
async def guarded_session(
    session_parts: Parts, reader: LogReader, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Guarded]:
    """Starts once: a relay that is stopped while it still connects leaves connections open."""
    behind = guarded_parts(session_parts, tmp_path_factory.mktemp("jwks") / "jwks.json")
    async with served(behind, reader) as api:
        async with asyncio.timeout(20):
            while not behind.relay.live:
                await asyncio.sleep(0.02)
        yield Guarded(api, ApiKeys(session_parts.engine, timeout_ms=5_000))


@pytest.fixture
async def guarded(guarded_session: Guarded, parts: Parts) -> Guarded:
    """The api, on rows that a test leaves behind for nobody."""
    return guarded_session
