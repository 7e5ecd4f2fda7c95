"""The middlewares that ask every request who it is, and tell browsers which pages may call."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from api.auth.access import is_public, need_of
from api.auth.caller import Caller
from api.auth.credentials import KEY_HEADER, from_headers
from api.auth.gate import Gate
from api.auth.origins import EXPOSED_HEADERS, preflight_headers, require_local
from api.auth.refusals import BadCredential, lacks
from api.limits.rates import Rate, too_often

CALLER: Final = web.RequestKey("caller", Caller)
RATE: Final = web.RequestKey("rate", Rate)
SOCKETS: Final = "/socket.io/"
Prepare = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


def guard(gate: Gate, cors_origins: tuple[str, ...]) -> Middleware:
    """Let in whom the gate knows, within its rate and for what its scopes say.

    Raises Problem otherwise: before a route has read anything of the request.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if gate.is_open:
            require_local(request.headers, cors_origins)
        if is_public(request):
            return await handler(request)
        caller = await gate.caller(_credential(request, gate), request.remote or "")
        request[CALLER] = caller
        rate = await gate.take(caller)
        if rate is not None:
            request[RATE] = rate
            if not rate.allowed:
                raise too_often(rate)
        need = need_of(request)
        if need is not None and need not in caller.scopes:
            raise lacks(need)
        return await handler(request)

    return middleware


def cors(origins: tuple[str, ...]) -> Middleware:
    """Answer the preflights of these origins' pages. No cookies: there are none."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin", "")
        if not origins or request.path.startswith(SOCKETS):  # that server answers for itself
            return await handler(request)
        if origin in origins and _is_preflight(request):
            headers = preflight_headers(origin)
            return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)
        return await handler(request)

    return middleware


def show_origin(origins: tuple[str, ...]) -> Prepare:
    """Tell browsers which pages may read an answer, before it begins: it may be a stream."""

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        origin = request.headers.get("Origin", "")
        if not origins or request.path.startswith(SOCKETS) or _is_preflight(request):
            return
        response.headers.add("Vary", "Origin")
        if origin in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS

    return prepare


async def show_rate(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the caller how much it may still ask."""
    rate = request.get(RATE)
    if rate is not None:
        response.headers.update(rate.headers())


def caller_of(request: web.Request) -> Caller:
    """Answer who asks; only where a route is not public."""
    return request[CALLER]


def _is_preflight(request: web.Request) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _credential(request: web.Request, gate: Gate) -> str | None:
    headers = request.headers
    try:
        return from_headers(headers.getall("Authorization", []), headers.getall(KEY_HEADER, []))
    except BadCredential as error:
        raise gate.refused(error, request.remote or "") from None
