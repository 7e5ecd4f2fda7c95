"""What is done to every request: a name, a log line, and an error body where there is an error."""

import re
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from api.auth.guarding import CALLER
from api.web.problem import problem_of
from api.web.route import route_of
from buyqueue.clock import Clock
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics

REQUEST_ID: Final = "X-Request-Id"
SERVER: Final = "buyq"
"""And not the versions of what serves it."""
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NAME: Final = web.RequestKey("name", str)
CAME: Final = web.RequestKey("came", float)
"""When a request came, by the monotonic clock, in s."""
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def request_ids(clock: Clock, metrics: Metrics) -> Middleware:
    """Name each request: by the client's own `X-Request-Id` if it is plain, else by a new one."""
    log = get_logger("api")

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(REQUEST_ID, "")
        name = given if _GIVEN_ID.fullmatch(given) else str(clock.new_id())
        began = clock.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=name):
            request[NAME], request[CAME] = name, began
            response = await handler(request)
            seconds = clock.monotonic() - began
            metrics.requests.labels(request.method, route_of(request), response.status).observe(
                seconds
            )
            # The route's pattern and not its path: a path is whatever a client made of it.
            log.info(
                "http.answered",
                method=request.method,
                route=route_of(request),
                status=response.status,
                ms=round(seconds * 1000, 1),
                caller=caller.name if (caller := request.get(CALLER)) else None,
            )
            return response

    return middleware


def errors(metrics: Metrics, *, debug: bool) -> Middleware:
    """Answer whatever is raised with the one error body; bugs are logged with their trace."""
    log = get_logger("api")

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < HTTPStatus.BAD_REQUEST:
                raise
            problem = problem_of(error)
            metrics.refused.labels(str(problem.code)).inc()
            return problem.response(debug=debug)
        except Exception as error:
            problem = problem_of(error)
            metrics.refused.labels(str(problem.code)).inc()
            if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                log.exception("http.bug", route=route_of(request))
            elif problem.status > HTTPStatus.INTERNAL_SERVER_ERROR:
                log.warning("http.unavailable", code=str(problem.code), error=problem.text)
            return problem.response(debug=debug)

    return middleware


async def name_response(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the client the name of its request, also where the answer is a stream."""
    if name := request.get(NAME):
        response.headers[REQUEST_ID] = name


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    """Add the security headers that a response does not set itself."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = SERVER
    if request.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
