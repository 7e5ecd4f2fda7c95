"""Two replicas of an api with limits, on one database."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.auth.api_keys import ApiKeys
from api.parts import Parts
from buyqueue.log.reader import LogReader
from buyqueue.tables import create_engine
from tests.api.conftest import (
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
from tests.api.quiet_relay import NoSockets, QuietRelay
from tests.api.running import served
from tests.auth.conftest import Guarded, guarded_parts

__all__ = [
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

Replicas = Callable[..., AbstractAsyncContextManager[tuple[Guarded, Guarded]]]


@pytest.fixture
def replicas(parts: Parts, reader: LogReader, tmp_path: Path) -> Replicas:
    """Start two with these settings, each with connections of its own to Postgres."""

    @asynccontextmanager
    async def started(**limits: Any) -> AsyncIterator[tuple[Guarded, Guarded]]:
        engine = create_engine(parts.settings)
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE request_rates, abuse_counts"))
        first, second = (
            replace(
                guarded_parts(which, tmp_path / "jwks.json", **limits),
                relay=QuietRelay(),
                sockets=NoSockets(),
            )
            for which in (parts, replace(parts, engine=engine, writer="api/other"))
        )
        keys = ApiKeys(engine, timeout_ms=5_000)
        try:
            async with served(first, reader) as one, served(second, reader) as other:
                yield Guarded(one, keys), Guarded(other, keys)
        finally:
            await engine.dispose()

    return started
