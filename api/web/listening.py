"""What is answered below the application: to what is no HTTP, and to `Expect`."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from api.web.middlewares import SECURITY_HEADERS, SERVER
from api.web.problem import Problem, problem_of
from buyqueue.errors import Code
from buyqueue.logs import get_logger

_TEXTS: Final = {
    HTTPStatus.BAD_REQUEST: "This is not HTTP as it must be",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side",
}


class Protocol(web.RequestHandler):
    """One connection.

    aiohttp's own answers and log lines to a broken request repeat its bytes. Those may be a part
    of a body, and so of a wallet key: a body that is longer than its `Content-Length` is read as
    the next request. So nothing of it is repeated here, and the answer has the one error body.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats the request
    ) -> web.StreamResponse:
        """Answer what could not be read, or what no middleware has caught, and hang up."""
        self.log_exception("http.broken", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("a part of an answer is sent already")
        bug = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        code = Code.INTERNAL_ERROR if bug else Code.INVALID_REQUEST
        text = _TEXTS.get(HTTPStatus(status), HTTPStatus(status).phrase)
        response = Problem(status, code, text).response(debug=False)
        response.headers.update(SECURITY_HEADERS | {"Server": SERVER})
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log a bug with its trace, and a broken request by its kind alone."""
        error = kw.get("exc_info")
        if isinstance(error, HttpProcessingError | web.RequestPayloadError):
            get_logger("api").info("http.broken", kind=type(error).__name__)
        else:
            super().log_exception(*args, **kw)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; `Expect` is refused before any middleware, in aiohttp's own words."""
        if isinstance(resp, web.HTTPException) and resp.status >= HTTPStatus.BAD_REQUEST:
            resp = problem_of(resp).response(debug=False)
        return await super().finish_response(request, resp, start_time)


class Listening(web.Server):
    """Makes a Protocol for each connection."""

    def __call__(self) -> Protocol:
        """Answer a new connection's protocol."""
        return Protocol(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application on Protocols."""

    __slots__ = ()

    def __init__(self, app: web.Application, **options: Any) -> None:
        # NB: aiohttp waits for ever for the end of a large body whose compression is broken, and
        # the next request on the connection with it (3.14). `read_object` takes none anyway.
        super().__init__(app, auto_decompress=False, **options)

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        # NB: aiohttp has no parameter for this; a subclass of its Application is deprecated.
        server.__class__ = Listening
        return server
