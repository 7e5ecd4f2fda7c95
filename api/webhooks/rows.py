"""The webhooks in Postgres, as their owners make and change them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.submissions.database import transaction
from api.webhooks.webhook import Webhook
from buyqueue.errors import Code, InvalidInput
from buyqueue.tables import WEBHOOKS

LOCKS: Final = 0x6275_7977
"""Of Postgres's advisory locks, those that new webhooks take: `buyw`, by user."""

_C = WEBHOOKS.c
_LOCK = text("SELECT pg_advisory_xact_lock(:space, hashtext(:user))")


class WebhookRows:
    """Reads and writes them. Every method raises Unavailable if Postgres does not answer."""

    def __init__(self, engine: AsyncEngine, *, timeout_ms: int, most: int) -> None:
        self._engine = engine
        self._timeout_s = timeout_ms / 1000
        self._most = most

    async def create(self, row: dict[str, Any]) -> Webhook:
        """Write one; raises InvalidInput(TOO_MANY_WEBHOOKS) if its user has as many as allowed."""
        user = row["user_id"]
        mine = select(func.count()).where(_C.user_id.is_not_distinct_from(user))
        async with transaction(self._engine, self._timeout_s) as connection:
            await connection.execute(_LOCK, {"space": LOCKS, "user": user or ""})
            if (await connection.execute(mine)).scalar_one() >= self._most:
                raise InvalidInput(
                    Code.TOO_MANY_WEBHOOKS, f"There are {self._most} webhooks: delete one first"
                )
            written = await connection.execute(insert(WEBHOOKS).values(row).returning(WEBHOOKS))
            return Webhook.of(written.one())

    async def page(self, user_id: str | None, after: UUID | None, limit: int) -> list[Webhook]:
        """List a user's, oldest first, behind this one; None: all that there are."""
        query = select(WEBHOOKS).order_by(_C.id).limit(limit)
        if user_id is not None:
            query = query.where(_C.user_id == user_id)
        if after is not None:
            query = query.where(_C.id > after)
        async with transaction(self._engine, self._timeout_s) as connection:
            return [Webhook.of(row) for row in await connection.execute(query)]

    async def find(self, webhook_id: UUID) -> Webhook | None:
        """Look one up."""
        async with transaction(self._engine, self._timeout_s) as connection:
            found = await connection.execute(select(WEBHOOKS).where(_C.id == webhook_id))
            row = found.one_or_none()
        return None if row is None else Webhook.of(row)

    async def change(self, webhook_id: UUID, values: dict[str, Any]) -> Webhook | None:
        """Change one, and let its sender begin anew; None if it is gone."""
        write = update(WEBHOOKS).where(_C.id == webhook_id)
        write = write.values(**values, revision=_C.revision + 1)
        async with transaction(self._engine, self._timeout_s) as connection:
            row = (await connection.execute(write.returning(WEBHOOKS))).one_or_none()
        return None if row is None else Webhook.of(row)

    async def rotate(self, webhook_id: UUID, secret: bytes, until: datetime) -> Webhook | None:
        """Give one a secret, and keep until then the one that it had; None if it is gone.

        Which that is, Postgres says: of two rotations at once, each answers a secret that signs.
        """
        values = {"secret": secret, "old_secret": _C.secret, "old_secret_until": until}
        return await self.change(webhook_id, values)

    async def delete(self, webhook_id: UUID) -> bool:
        """Delete one; False if it is gone."""
        async with transaction(self._engine, self._timeout_s) as connection:
            done = await connection.execute(delete(WEBHOOKS).where(_C.id == webhook_id))
            return done.rowcount == 1
