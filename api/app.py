"""Putting the application together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from aiohttp import web

from api.auth.door import GuardedDoor
from api.auth.guarding import cors, guard, show_origin, show_rate
from api.auth.ownership import Owners
from api.health.checks import Checks
from api.limits.abuse_report import AbuseReport
from api.limits.caps import Caps
from api.openapi.served import openapi_routes
from api.orders.mints import Mints
from api.page.assets import Assets
from api.page.served import Page
from api.parts import Parts
from api.routes.access import Access
from api.routes.external_buy import ExternalBuy
from api.routes.quotes import Quotes
from api.routes.record import Record
from api.routes.signing import Signing
from api.routes.streams import Streams
from api.routes.system import System
from api.routes.vault_key import VaultKey
from api.routes.webhooks import WebhookRoutes
from api.signing.answering import Answering
from api.submissions.appending import Appending
from api.submissions.cancelling import Canceller
from api.submissions.reading import Jobs
from api.submissions.rows import Rows
from api.submissions.submitter import Submitter
from api.submissions.tickets import Tickets
from api.web.middlewares import errors, name_response, request_ids, secure
from api.web.plain_frames import plain_frames
from api.web.tracing import traces
from api.webhooks.rows import WebhookRows
from api.webhooks.setting_up import webhooks_of


def create_app(parts: Parts) -> web.Application:
    """Make the application of its parts, which the caller starts before and stops after it.

    The relay alone starts and stops with the application. When that is cleaned up it waits for
    submissions that have begun.
    """
    settings, clock, writer = parts.settings, parts.clock, parts.writer
    timeout_ms = settings.submit_timeout_ms
    caps = Caps(
        spend_cap_lamports=settings.spend_cap_lamports,
        max_open=settings.max_open_buys,
        abuse=parts.gate.abuse,
    )
    rows = Rows(parts.engine, timeout_ms=timeout_ms, caps=caps)
    owners = Owners(parts.queries, rows)
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
        tickets=Tickets(engine=parts.engine, sealer=parts.sealer, timeout_ms=timeout_ms),
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
        owners=owners,
    )
    answering = Answering(
        queries=parts.queries, rows=rows, appending=appending, clock=clock, writer=writer
    )
    signing = Signing(answering=answering, owners=owners, max_body_bytes=settings.max_body_bytes)
    access = Access(
        settings=settings,
        tokens=parts.gate.tokens,
        owners=owners,
        abuse=parts.gate.abuse,
        report=AbuseReport(parts.engine, timeout_ms=timeout_ms),
        clock=clock,
    )
    quotes = Quotes(settings=settings, quoter=parts.quoter, clock=clock)
    record = Record(queries=parts.queries, owners=owners, relay=parts.relay, clock=clock)
    webhooks = webhooks_of(
        settings,
        holder=writer,
        engine=parts.engine,
        queries=parts.queries,
        relay=parts.relay,
        metrics=parts.metrics,
        clock=clock,
    )
    webhook_routes = WebhookRoutes(
        settings=settings,
        webhooks=webhooks,
        rows=WebhookRows(parts.engine, timeout_ms=timeout_ms, most=settings.max_webhooks),
        queries=parts.queries,
        relay=parts.relay,
        clock=clock,
    )
    streams = Streams(relay=parts.relay, door=GuardedDoor(parts.gate, owners, clock))
    debug = settings.debug_routes
    page = Page(Assets.load())
    system = System(checks=checks, relay=parts.relay, clock=clock, page=page, debug=debug)

    app = web.Application(
        middlewares=[
            traces(parts.spans),
            request_ids(clock, parts.metrics),
            cors(settings.cors_origins),
            errors(parts.metrics, debug=debug),
            guard(parts.gate, settings.cors_origins),
            plain_frames,
        ],
        client_max_size=settings.max_body_bytes,
    )
    prepares = [name_response, secure, show_origin(settings.cors_origins), show_rate]
    app.on_response_prepare.extend(prepares)
    vault_key = VaultKey(sealer=parts.sealer)
    app.add_routes([*buys.routes(), *quotes.routes(), *record.routes(), *streams.routes()])
    app.add_routes([*access.routes(), *vault_key.routes(), *webhook_routes.routes()])
    app.add_routes(signing.routes())
    app.add_routes([*system.routes(), *openapi_routes(debug=debug, guarded=not parts.gate.is_open)])
    app.add_routes(page.routes())
    parts.sockets.attach(app)

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        await parts.relay.start()
        async with AsyncExitStack() as exits:
            await exits.enter_async_context(parts.gate.abuse.counting())
            if webhooks is not None:
                await exits.enter_async_context(webhooks.running())
            yield
            await submitter.drain()
        await parts.sockets.shutdown()

    async def hang_up(_app: web.Application) -> None:
        # Before the server waits for its connections: a socket would stay until it is closed.
        await parts.relay.stop()

    app.cleanup_ctx.append(lifetime)
    app.on_shutdown.append(hang_up)
    return app
