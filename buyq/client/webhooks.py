"""The routes of webhooks, for a backend: one method each."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from api.webhooks.shapes import NewSecretData, TestedData, WebhooksData, WebhookView
from buyq.client.http import Http

ALL: Final = "/webhooks"


class Webhooks:
    """Makes and keeps webhooks. Every method raises ApiError and Unreachable as a client's do."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def create(self, url: str, user_id: str | None = None) -> NewSecretData:
        """Make one of a user's buys; its secret is shown this once.

        Without a user: of one's own, or of everybody's for a service with `admin`.
        """
        asked = {"url": url} | ({"userId": user_id} if user_id is not None else {})
        return NewSecretData.model_validate((await self._http.post(ALL, asked))["data"])

    async def list(
        self, *, user_id: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> WebhooksData:
        """Answer a page, oldest first; `next_cursor` asks for the one after it."""
        limited = None if limit is None else str(limit)
        asked = {"userId": user_id, "limit": limited, "cursor": cursor}
        query = {name: value for name, value in asked.items() if value is not None}
        return WebhooksData.model_validate((await self._http.get(ALL, query))["data"])

    async def get(self, webhook_id: UUID | str) -> WebhookView:
        """Answer how one stands."""
        return WebhookView.model_validate((await self._http.get(f"{ALL}/{webhook_id}"))["data"])

    async def delete(self, webhook_id: UUID | str) -> None:
        """Delete one: it is sent nothing more."""
        await self._http.delete(f"{ALL}/{webhook_id}")

    async def rotate(self, webhook_id: UUID | str) -> NewSecretData:
        """Answer a new secret; the old one signs beside it until `old_secret_until`."""
        told = await self._http.post(f"{ALL}/{webhook_id}/rotate")
        return NewSecretData.model_validate(told["data"])

    async def enable(self, webhook_id: UUID | str) -> WebhookView:
        """Send again after it was disabled, or at once instead of after a wait."""
        told = await self._http.post(f"{ALL}/{webhook_id}/enable")
        return WebhookView.model_validate(told["data"])

    async def replay(self, webhook_id: UUID | str, cursors: Mapping[int, int]) -> WebhookView:
        """Send again what is behind the cursor of each partition; one left out, all of it."""
        body = {"cursors": {str(partition): at for partition, at in cursors.items()}}
        told = await self._http.post(f"{ALL}/{webhook_id}/replay", body)
        return WebhookView.model_validate(told["data"])

    async def test(self, webhook_id: UUID | str) -> TestedData:
        """Send a delivery of the type `ping`, and answer how that went."""
        told = await self._http.post(f"{ALL}/{webhook_id}/test")
        return TestedData.model_validate(told["data"])
