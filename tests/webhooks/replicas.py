"""Replicas of what sends, each with its own relay, on one database and log."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp.abc import AbstractResolver
from pydantic import SecretStr

from api.relay.relay import Relay, create_socket_server
from api.webhooks.rows import WebhookRows
from api.webhooks.sealing import SecretBox, new_secret
from api.webhooks.setting_up import Webhooks, webhooks_of
from api.webhooks.signing import secret_text
from api.webhooks.webhook import Webhook, cursors_json
from buyqueue.metrics import Metrics
from buyqueue.settings import Settings
from projections.queries import Queries
from tests.projections.buys import CLOCK
from tests.projections.conftest import Ground
from tests.relay.serving import Served
from tests.webhooks.receiver import LISTED, Receiver

SECRET = "of-webhooks-in-tests-" * 2
SETTINGS: Mapping[str, Any] = {
    "webhook_secret": SecretStr(SECRET),
    "webhook_allow": LISTED,
    "webhook_timeout_ms": 10_000,
    "webhook_backoff_ms": 50,
}


@dataclass(frozen=True)
class Replica:
    """One that runs."""

    relay: Relay
    webhooks: Webhooks
    metrics: Metrics

    def attempts(self, outcome: str) -> float:
        labels = {"outcome": outcome}
        found = self.metrics.registry.get_sample_value("buyq_webhook_seconds_count", labels)
        return found or 0


@asynccontextmanager
async def replica(
    ground: Ground, lookup: AbstractResolver | None = None, **other: Any
) -> AsyncIterator[Replica]:
    """Run one for a while, from when its relay is live."""
    settings = Settings(_env_file=None, **(dict(SETTINGS) | other))
    relay = Relay(
        create_socket_server(settings),
        bootstrap_servers=ground.kafka,
        engine=ground.engine,
        clock=CLOCK,
    )
    metrics = Metrics()
    webhooks = webhooks_of(
        settings,
        holder=f"api/{CLOCK.new_id()}",
        engine=ground.engine,
        queries=Queries(ground.engine),
        relay=relay,
        metrics=metrics,
        clock=CLOCK,
        lookup=lookup,
    )
    assert webhooks is not None
    await relay.start()
    try:
        await Served(relay, "").live()
        async with webhooks.running():
            yield Replica(relay, webhooks, metrics)
    finally:
        await relay.stop()


@dataclass(frozen=True)
class Made:
    """A webhook of a test."""

    rows: WebhookRows
    id: UUID
    secret: str

    async def now(self) -> Webhook:
        found = await self.rows.find(self.id)
        assert found is not None
        return found

    async def error(self) -> str:
        """Wait for its first failure, and answer it."""
        async with asyncio.timeout(60):
            while (found := (await self.now()).last_error) is None:
                await asyncio.sleep(0.02)
        return found


async def make(
    ground: Ground,
    receiver: Receiver,
    user: str | None,
    cursors: Mapping[int, int] | None = None,
) -> Made:
    """Write one; from the beginning of the log unless told where to begin."""
    rows = WebhookRows(ground.engine, timeout_ms=5_000, most=20)
    webhook_id, secret = CLOCK.new_id(), new_secret()
    row = {
        "id": webhook_id,
        "user_id": user,
        "url": receiver.url,
        "secret": SecretBox.of(SECRET).seal(secret, webhook_id),
        "cursors": cursors_json(cursors or {}),
        "revision": 1,
        "failures": 0,
        "created_at": CLOCK.now(),
    }
    await rows.create(row)
    return Made(rows, webhook_id, secret_text(secret))
