"""Putting the application together."""

from collections.abc import AsyncIterator

from aiohttp import web

from api.health.checks import Checks
from api.orders.mints import Mints
from api.parts import Parts
from api.routes.external_buy import ExternalBuy
from api.routes.system import System
from api.submissions.appending import Appending
from api.submissions.cancelling import Canceller
from api.submissions.reading import Jobs
from api.submissions.rows import Rows
from api.submissions.submitter import Submitter
from api.web.middlewares import errors, request_ids, secure


def create_app(parts: Parts) -> web.Application:
    """Make the application of its parts, which the caller starts before and stops after it.

    The relay alone starts and stops with the application. When that is cleaned up it waits for
    submissions that have begun.
    """
    settings, clock, writer = parts.settings, parts.clock, parts.writer
    timeout_ms = settings.submit_timeout_ms
    rows = Rows(parts.engine, timeout_ms=timeout_ms)
    appending = Appending(
        rows=rows,
        log=parts.log,
        brokers=parts.brokers,
        clock=clock,
        writer=writer,
        timeout_ms=timeout_ms,
    )
    submitter = Submitter(
        rows=rows,
        appending=appending,
        mints=Mints(parts.nodes),
        sealer=parts.sealer,
        clock=clock,
    )
    canceller = Canceller(
        queries=parts.queries, rows=rows, appending=appending, clock=clock, writer=writer
    )
    checks = Checks(
        brokers=parts.brokers, engine=parts.engine, nodes=parts.nodes, relay=parts.relay
    )
    buys = ExternalBuy(
        settings=settings,
        submitter=submitter,
        jobs=Jobs(parts.queries, rows),
        canceller=canceller,
    )
    debug = settings.debug_routes
    system = System(checks=checks, relay=parts.relay, clock=clock, debug=debug)

    app = web.Application(
        middlewares=[request_ids(clock), errors(debug=debug)],
        client_max_size=settings.max_body_bytes,
    )
    app.on_response_prepare.append(secure)
    app.add_routes([*buys.routes(), *system.routes()])
    parts.sockets.attach(app)

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        await parts.relay.start()
        yield
        await submitter.drain()
        await parts.sockets.shutdown()

    async def hang_up(_app: web.Application) -> None:
        # Before the server waits for its connections: a socket would stay until it is closed.
        await parts.relay.stop()

    app.cleanup_ctx.append(lifetime)
    app.on_shutdown.append(hang_up)
    return app
