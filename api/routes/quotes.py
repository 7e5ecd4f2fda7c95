"""The route that tells what a buy would be, without buying."""

from typing import Protocol

from aiohttp import web

from api.quotes.answer import quote_view
from api.quotes.question import question_of
from api.web.body import read_object
from buyqueue.buy.state import Order
from buyqueue.clock import Clock
from buyqueue.settings import Settings
from streams.platforms.platform import Figures


class Quoter(Protocol):
    """Who prices: `streams.platforms.router.Router`, the same that the worker buys by."""

    async def quote(self, order: Order) -> Figures:
        """Answer figures; raises Refused if nobody trades the token, Retryable if nodes fail."""


class Quotes:
    """Prices a buy."""

    def __init__(self, *, settings: Settings, quoter: Quoter, clock: Clock) -> None:
        self._settings = settings
        self._quoter = quoter
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Answer the route."""
        return [web.post("/api/external-buy/quote", self.quote)]

    async def quote(self, request: web.Request) -> web.Response:
        """Answer 200 with `{success, data: QuoteView}`; nothing is written anywhere."""
        body = await read_object(request, self._settings.max_body_bytes)
        order = question_of(
            body,
            max_lamports=self._settings.max_lamports,
            asked_id=self._clock.new_id(),
            asked_at=self._clock.now(),
        )
        view = quote_view(order, await self._quoter.quote(order))
        return web.json_response({"success": True, "data": view.json_object()})
