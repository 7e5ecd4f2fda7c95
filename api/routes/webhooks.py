"""The routes of webhooks: made, shown, changed, tried and deleted by who may be told."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.auth.caller import Caller
from api.auth.guarding import caller_of
from api.auth.ownership import whose
from api.orders.fields import user_id
from api.parts import Feed
from api.record.listing import limit_of, page_cursor
from api.web.body import read_object
from api.web.problem import Problem
from api.web.query import read_query
from api.webhooks import wishes
from api.webhooks.envelope import ping
from api.webhooks.rows import WebhookRows
from api.webhooks.sealing import CannotOpen, good_secrets, new_secret
from api.webhooks.setting_up import Webhooks
from api.webhooks.shapes import (
    Deleted,
    DeletedData,
    NewSecret,
    NewSecretData,
    Tested,
    TestedData,
    WebhookAnswer,
    WebhooksData,
    view_of,
)
from api.webhooks.shapes import Webhooks as Page
from api.webhooks.signing import secret_text, signed_headers
from api.webhooks.targets import target_of
from api.webhooks.webhook import WELL, Webhook, cursors_json
from buyqueue.clock import Clock
from buyqueue.contract.shapes import Shape
from buyqueue.errors import Code
from buyqueue.settings import Settings
from projections.queries import Queries

ENABLED: Final = {**WELL, "disabled_at": None, "disabled_reason": None}


class WebhookRoutes:
    """Another's webhook is as unknown as one that there is not. Without a secret there are none."""

    def __init__(
        self,
        *,
        settings: Settings,
        webhooks: Webhooks | None,
        rows: WebhookRows,
        queries: Queries,
        relay: Feed,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._given = webhooks
        self._rows = rows
        self._queries = queries
        self._relay = relay
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes."""
        all_of_them = "/api/external-buy/webhooks"
        one = f"{all_of_them}/{{webhookId:[^/]+}}"
        return [
            web.post(all_of_them, self.create),
            web.get(all_of_them, self.page),
            web.get(one, self.show),
            web.delete(one, self.delete),
            web.post(f"{one}/rotate", self.rotate),
            web.post(f"{one}/enable", self.enable),
            web.post(f"{one}/replay", self.replay),
            web.post(f"{one}/test", self.test),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Make one: 201 with it and its secret. It is sent what happens from now on."""
        webhooks, caller = self._webhooks(), self._caller(request)
        body = await read_object(request, self._settings.max_body_bytes)
        wishes.known_fields(body, ("url", "userId"))
        user = whose(wishes.named_user(body), caller)
        url = target_of(body.get("url"), webhooks.allowed)
        webhook_id, secret = self._clock.new_id(), new_secret()
        made = await self._rows.create(
            {
                "id": webhook_id,
                "user_id": user,
                "url": str(url),
                "secret": webhooks.box.seal(secret, webhook_id),
                "cursors": cursors_json(await self._told()),
                "revision": 1,
                "created_at": self._clock.now(),
                **WELL,
            }
        )
        webhooks.sending.look()
        data = NewSecretData(webhook=view_of(made), secret=secret_text(secret))
        return _response(NewSecret(data=data), HTTPStatus.CREATED)

    async def page(self, request: web.Request) -> web.Response:
        """List the caller's webhooks, an admin's are all: 200 with a page, oldest first."""
        self._webhooks()
        query = read_query(request, ("userId", "limit", "cursor"))
        named = None if "userId" not in query else user_id(query["userId"])
        user = whose(named, self._caller(request))
        limit = limit_of(query.get("limit"))
        after = page_cursor(query["cursor"]) if "cursor" in query else None
        found = await self._rows.page(user, after, limit + 1)
        shown = found[:limit]
        more = str(shown[-1].id) if len(found) > limit else None
        data = WebhooksData(webhooks=[view_of(one) for one in shown], next_cursor=more)
        return _response(Page(data=data))

    async def show(self, request: web.Request) -> web.Response:
        """Show one: 200."""
        return _answer(await self._mine(request))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete one: 200; what is on its way may still arrive."""
        mine = await self._mine(request)
        await self._rows.delete(mine.id)
        self._webhooks().sending.look()
        return _response(Deleted(data=DeletedData(id=str(mine.id))))

    async def rotate(self, request: web.Request) -> web.Response:
        """Give one a new secret: 200 with it; the old one signs beside it for a while."""
        webhooks, mine = self._webhooks(), await self._mine(request)
        secret = new_secret()
        until = self._clock.now() + timedelta(milliseconds=self._settings.webhook_overlap_ms)
        sealed = webhooks.box.seal(secret, mine.id)
        changed = self._changed(await self._rows.rotate(mine.id, sealed, until))
        data = NewSecretData(webhook=view_of(changed), secret=secret_text(secret))
        return _response(NewSecret(data=data))

    async def enable(self, request: web.Request) -> web.Response:
        """Send again, from where it stands: 200; also where it only waits for its next attempt."""
        return _answer(await self._change(await self._mine(request), **ENABLED))

    async def replay(self, request: web.Request) -> web.Response:
        """Begin anew behind these cursors: 200; what was sent since is sent again."""
        mine = await self._mine(request)
        body = await read_object(request, self._settings.max_body_bytes)
        wishes.known_fields(body, ("cursors",))
        cursors = wishes.cursors_of(body.get("cursors"), await self._told())
        return _answer(await self._change(mine, cursors=cursors_json(cursors)))

    async def test(self, request: web.Request) -> web.Response:
        """Send it a delivery that tells nothing, now and once: 200 with how that went."""
        webhooks, mine = self._webhooks(), await self._mine(request)
        name, body = ping(mine.id, self._clock.new_id())
        now = self._clock.now()
        try:
            secrets = good_secrets(mine, webhooks.box, now)
        except CannotOpen:
            data = TestedData(delivered=False, ms=0, error="rotate its secret: it cannot be opened")
            return _response(Tested(data=data))
        attempt = await webhooks.poster.post(
            mine.url, signed_headers(secrets, name, now, body), body, mine.user_id
        )
        data = TestedData(
            delivered=attempt.outcome == "delivered",
            ms=attempt.ms,
            status=attempt.status,
            error=attempt.error,
        )
        return _response(Tested(data=data))

    def _webhooks(self) -> Webhooks:
        if self._given is None:
            text = "This api has no webhooks: WEBHOOK_SECRET is not set"
            raise Problem(HTTPStatus.NOT_FOUND, Code.NOT_FOUND, text)
        return self._given

    def _caller(self, request: web.Request) -> Caller:
        caller = caller_of(request)
        wishes.require_more_than_a_job(caller)
        return caller

    async def _mine(self, request: web.Request) -> Webhook:
        self._webhooks()
        caller = self._caller(request)
        found = await self._rows.find(wishes.webhook_id_of(request.match_info["webhookId"]))
        if found is None or not wishes.may_see(caller, found):
            raise wishes.no_such_webhook()
        return found

    async def _change(self, mine: Webhook, **values: Any) -> Webhook:
        return self._changed(await self._rows.change(mine.id, values))

    def _changed(self, changed: Webhook | None) -> Webhook:
        if changed is None:
            raise wishes.no_such_webhook()
        self._webhooks().sending.look()
        return changed

    async def _told(self) -> dict[int, int]:
        """Answer the last cursor of each partition, as far as it is known here."""
        positions = self._relay.positions if self._relay.live else None
        if not positions:
            positions = await self._queries.positions()
        return {partition: offset - 1 for partition, offset in positions.items()}


def _answer(webhook: Webhook) -> web.Response:
    return _response(WebhookAnswer(data=view_of(webhook)))


def _response(answer: Shape, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.json_response(answer.json_object(), status=status)
