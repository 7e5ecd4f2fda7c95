"""The service's public side while faults happen: an api, who posts to it, and who listens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.chaos.evidence import Listened
from tests.chaos.orders import Orders
from tests.chaos.overheard import Overheard, listener, metrics_kept
from tests.chaos.rest_orders import Habits, RestOrders, listened, listening
from tests.chaos.site import Site


@dataclass(frozen=True)
class Public:
    """How buys are asked for, and what the user's socket has heard of them."""

    buy: Callable[[], Awaitable[object]]
    listened: Callable[[], Awaitable[Listened]]


@asynccontextmanager
async def public(site: Site, orders: Orders, habits: Habits) -> AsyncIterator[Public]:
    """Have an api and a listening user while the context lasts; all that they hear is kept."""
    await site.api()
    overheard = Overheard(site.folder)
    client = listener(site, overheard)
    rest = RestOrders(site, orders, habits, overheard)

    async def heard() -> Listened:
        found = await listened(client, site.settings.kafka_bootstrap_servers, site.user)
        assert all(file.stat().st_size for file in overheard.files)
        return found

    async with metrics_kept(site, overheard), listening(client, site.user):
        yield Public(rest.buy, heard)
