"""The parts of a running api, started in order and stopped in the reverse one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from aiohttp import web

from api.app import create_app
from api.auth.door import GuardedDoor
from api.auth.ownership import Owners
from api.auth.setting_up import check_auth, gate_of
from api.health.checks import ApiHealth, Checks
from api.health.kafka import KafkaBrokers
from api.parts import Parts
from api.relay.relay import Relay, create_socket_server
from api.submissions.rows import Rows
from api.web.listening import Runner
from api.webhooks.setting_up import check_webhooks
from buyqueue.clock import Clock
from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.metrics import Metrics
from buyqueue.monitor import monitored
from buyqueue.rpc import RpcNode
from buyqueue.sealing import Sealer
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from buyqueue.tracing.exporting import traced
from projections.queries import Queries
from streams.chain.nodes import Nodes
from streams.platforms.composing import create_router


def sealer_of(settings: Settings) -> Sealer:
    """Read the vault's public key; raises ValueError if it is not set or not a key."""
    if not settings.vault_public_key:
        raise ValueError("the api needs VAULT_PUBLIC_KEY: it seals wallet keys to it")
    return Sealer.from_text(settings.vault_public_key)


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[web.Application]:
    """Start all that the application needs and answer it.

    The caller serves it, and has stopped serving when it leaves. Raises Unavailable if Kafka does
    not answer, ValueError if a setting is missing. Postgres and Solana may come later: requests
    that need them are answered 503 until then.
    """
    check_auth(settings)
    check_webhooks(settings)
    sealer = sealer_of(settings)
    writer = f"api/{str(clock.new_id())[-8:]}"
    kafka, timeout_ms = settings.kafka, settings.submit_timeout_ms
    await ensure_topics(kafka, settings.topic_layout)
    metrics = Metrics()
    async with AsyncExitStack() as exits:
        spans = await exits.enter_async_context(traced(settings, "api", writer, clock))
        journal = Journal(
            kafka,
            client_id=writer,
            timeout_ms=timeout_ms,
            observe=metrics.saw_append,
            spans=spans,
        )
        await journal.start()
        exits.push_async_callback(journal.stop)
        brokers = KafkaBrokers(kafka, client_id=f"{writer}/look", timeout_ms=timeout_ms)
        await brokers.start()
        exits.push_async_callback(brokers.stop)
        engine = create_engine(settings)
        exits.push_async_callback(engine.dispose)
        session = await exits.enter_async_context(aiohttp.ClientSession())
        sockets = create_socket_server(settings)
        queries = Queries(engine)
        gate = gate_of(settings, engine, clock)
        owners = Owners(queries, Rows(engine, timeout_ms=timeout_ms))
        relay = Relay(
            sockets,
            bootstrap_servers=kafka,
            engine=engine,
            clock=clock,
            door=GuardedDoor(gate, owners, clock),
            spans=spans,
        )
        nodes = [
            RpcNode(session, url, settings.rpc_timeout_ms, metrics.saw_call, spans)
            for url in settings.solana_rpc_url
        ]
        checks = Checks(brokers=brokers, engine=engine, nodes=nodes, relay=relay)
        health = ApiHealth(checks, relay)
        await exits.enter_async_context(
            monitored(settings, metrics, {"parts": health.ready}, health.refresh)
        )
        yield create_app(
            Parts(
                settings=settings,
                clock=clock,
                writer=writer,
                engine=engine,
                log=journal,
                brokers=brokers,
                nodes=nodes,
                sealer=sealer,
                queries=queries,
                quoter=create_router(settings, session, Nodes(nodes, clock), clock),
                gate=gate,
                relay=relay,
                sockets=sockets,
                metrics=metrics,
                spans=spans,
            )
        )


@asynccontextmanager
async def serving(app: web.Application, settings: Settings) -> AsyncIterator[str]:
    """Serve an application and answer its URL; on leaving, requests under way are finished."""
    # NB: no access log, which would write paths as clients made them; the middleware logs routes.
    runner = Runner(app, access_log=None, shutdown_timeout=settings.submit_timeout_ms / 1000)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield f"http://{runner.addresses[0][0]}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
