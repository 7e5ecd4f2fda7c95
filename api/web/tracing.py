"""A span for each request to the api, below the caller's own where it names one."""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from opentelemetry.trace import SpanKind

from api.web.route import route_of
from buyqueue.tracing.spans import Spans, failed
from buyqueue.tracing.traceparent import NAME, parse

API: Final = "/api/"
STREAM: Final = "/events"
"""Server-sent events last for as long as a page is open: their span would, too."""


def traces(spans: Spans) -> Middleware:
    """Trace requests by their route's pattern: a path and a query are the client's own data."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        route = route_of(request)
        if not spans.on or not route.startswith(API) or route.endswith(STREAM):
            return await handler(request)
        told = {
            "http.request.method": request.method,
            "http.route": route,
            "url.scheme": request.scheme,
        }
        given = request.headers.getall(NAME, [])
        parent = parse(given[0]) if len(given) == 1 else None
        name = f"{request.method} {route}"
        with spans.begin(name, SpanKind.SERVER, told, parent=parent) as span:
            response = await handler(request)
            span.set_attribute("http.response.status_code", response.status)
            if response.status >= 500:
                failed(span, str(response.status))
            return response

    return middleware
