"""Which replica of the api sends for which webhooks, and how far it has come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.submissions.database import transaction
from api.webhooks.retrying import Trouble
from api.webhooks.webhook import WELL, Webhook
from buyqueue.tables import WEBHOOKS

AT_ONCE: Final = 4
"""Writes at once: the connections to Postgres are for requests, too."""

_C = WEBHOOKS.c
_FREE = or_(_C.lease_until.is_(None), _C.lease_until < func.now())


class Leases:
    """Takes, keeps and gives back webhooks for one replica; times are by Postgres's clock.

    A webhook is one replica's at a time, and a write of any other, or of one that does not know
    what its owner has changed since, does nothing. Every method raises Unavailable.
    """

    def __init__(
        self, engine: AsyncEngine, *, holder: str, lease_s: float, timeout_ms: int
    ) -> None:
        self._engine = engine
        self._holder = holder
        self._lease = timedelta(seconds=lease_s)
        self._timeout_s = timeout_ms / 1000
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def renew(self) -> list[Webhook]:
        """Keep what is ours, take what is nobody's, and answer all that is ours now."""
        until = {"lease_holder": self._holder, "lease_until": func.now() + self._lease}
        wanted = _C.disabled_at.is_(None)
        free = select(_C.id).where(wanted, _FREE).with_for_update(skip_locked=True)
        async with self._writing() as connection:
            mine = update(WEBHOOKS).where(wanted, _C.lease_holder == self._holder)
            kept = await connection.execute(mine.values(until).returning(WEBHOOKS))
            found = [Webhook.of(row) for row in kept]
            new = update(WEBHOOKS).where(_C.id.in_(free)).values(until).returning(WEBHOOKS)
            return found + [Webhook.of(row) for row in await connection.execute(new)]

    async def delivered(self, webhook: Webhook, partition: int, cursor: int, *, well: bool) -> bool:
        """Note a delivery; False if the webhook is not ours any more, or has changed.

        `well`: nothing that was sent before is waiting to be taken.
        """
        passed = literal({str(partition): cursor}, JSONB)
        values = {"cursors": _C.cursors.concat(passed), **(WELL if well else {})}
        return await self._write(webhook, values)

    async def failed(self, webhook: Webhook, found: Trouble, error: str, now: datetime) -> bool:
        """Note a failure; False as above."""
        return await self._write(
            webhook,
            {
                "failures": found.failures,
                "failing_since": found.since,
                "next_attempt_at": None if found.disabled else found.again_at,
                "last_error": error[:200],
                "disabled_at": now if found.disabled else None,
                "disabled_reason": found.disabled and found.disabled[:300],
            },
        )

    async def release(self) -> None:
        """Give all back, so that another replica need not wait for the leases to end."""
        mine = update(WEBHOOKS).where(_C.lease_holder == self._holder)
        async with self._writing() as connection:
            await connection.execute(mine.values(lease_holder=None, lease_until=None))

    async def _write(self, webhook: Webhook, values: dict[str, Any]) -> bool:
        same = (_C.lease_holder == self._holder) & (_C.revision == webhook.revision)
        async with self._writing() as connection:
            write = update(WEBHOOKS).where(_C.id == webhook.id, same).values(values)
            return (await connection.execute(write)).rowcount == 1

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._turns, transaction(self._engine, self._timeout_s) as connection:
            yield connection
