"""Webhooks as the settings say, or the reason why the api must not start like this."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Final

from aiohttp.abc import AbstractResolver
from sqlalchemy.ext.asyncio import AsyncEngine

from api.parts import Feed
from api.relay.projected import Projected
from api.relay.replay import Replay
from api.webhooks.addresses import Allowed
from api.webhooks.leases import Leases
from api.webhooks.means import Means
from api.webhooks.posting import Poster
from api.webhooks.retrying import Terms
from api.webhooks.sealing import SecretBox
from api.webhooks.sending import LeaseTime, Sending
from buyqueue.clock import Clock
from buyqueue.metrics import Metrics
from buyqueue.settings import Settings
from projections.queries import Queries

AT_ONCE: Final = 4
"""Looks into the projection at once: the connections to Postgres are for requests, too."""
PROJECTED_S: Final = 2.0
"""The longest between two looks at how far the projection is: nobody waits at a socket."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What the routes need, and what sends."""

    allowed: Allowed
    box: SecretBox
    poster: Poster
    sending: Sending

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send for a while."""
        async with self.poster:
            self.sending.start()
            try:
                yield
            finally:
                await self.sending.stop()


def check_webhooks(settings: Settings) -> None:
    """Return if an api may be served like this; raises ValueError naming what to set."""
    Allowed.of(settings.webhook_allow)
    if settings.webhook_secret is not None:
        SecretBox.of(settings.webhook_secret.get_secret_value())


def terms_of(settings: Settings) -> Terms:
    """Answer how receivers are treated."""
    return Terms(
        timeout_s=settings.webhook_timeout_ms / 1000,
        first=timedelta(milliseconds=settings.webhook_backoff_ms),
        give_up=timedelta(milliseconds=settings.webhook_give_up_ms),
    )


def webhooks_of(
    settings: Settings,
    *,
    holder: str,
    engine: AsyncEngine,
    queries: Queries,
    relay: Feed,
    metrics: Metrics,
    clock: Clock,
    lookup: AbstractResolver | None = None,
) -> Webhooks | None:
    """Make them; None where WEBHOOK_SECRET is not set. Raises ValueError as above.

    `lookup`: who is asked where a host leads; the system unless given.
    """
    if settings.webhook_secret is None:
        return None
    allowed, terms = Allowed.of(settings.webhook_allow), terms_of(settings)
    box = SecretBox.of(settings.webhook_secret.get_secret_value())
    poster, lease_time = Poster(allowed, clock, terms.timeout_s, lookup), LeaseTime()
    leases = Leases(
        engine, holder=holder, lease_s=terms.lease_s, timeout_ms=settings.submit_timeout_ms
    )
    means = Means(
        replay=Replay(queries, clock, AT_ONCE),
        projected=Projected(queries, clock, longest_s=PROJECTED_S),
        poster=poster,
        leases=leases,
        box=box,
        terms=terms,
        clock=clock,
        metrics=metrics,
        dice=SystemRandom().random,
        leased_until=lease_time,
    )
    sending = Sending(means=means, lease_time=lease_time, relay=relay)
    relay.watch(sending.saw)
    return Webhooks(allowed, box, poster, sending)
