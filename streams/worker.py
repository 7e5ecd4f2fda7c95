"""The worker's composition root: everything is made here, once, and passed on."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import aiohttp
import faust

from buyqueue.clock import Clock
from buyqueue.ending import end, end_all
from buyqueue.errors import BuyQueueError
from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.logs import get_logger
from buyqueue.metrics import Metrics
from buyqueue.monitor import monitored
from buyqueue.rpc import RpcNode
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from buyqueue.tracing.exporting import traced
from buyqueue.tracing.spans import Spans
from streams.agent import attach, create_app
from streams.chain.guard import Guard
from streams.chain.hints import Hints
from streams.chain.landing import Landing, LandingRules
from streams.chain.nodes import Nodes
from streams.chain.outlasting import Outlasting
from streams.chain.statuses import StatusBoard
from streams.claims import Claims
from streams.dead_letters import DeadLetters
from streams.drivers import TaskDrivers
from streams.folding.assignment import Assignment
from streams.folding.low_water import LowWaterMarks
from streams.health import WorkerHealth
from streams.joining import live, say_good_bye, wait_for_turn
from streams.lives import Lives
from streams.platforms.composing import create_jupiter_api, create_router
from streams.platforms.jupiter.execution import JupiterExecution
from streams.retrying import RetryRules
from streams.steps.parts import Parts
from streams.vault.backends import backends
from streams.vault.keyring import KeyRing
from streams.vault.remote import RemoteSigners
from streams.vault.signer import Signer
from streams.vault.vault import Vault

log = get_logger(__name__)
ROUND_S = 5.0


def make_parts(
    settings: Settings,
    session: aiohttp.ClientSession,
    signer: Signer,
    claims: Claims,
    clock: Clock,
    writer: str,
    node: type[RpcNode],
    metrics: Metrics,
    hints: Hints | None,
    spans: Spans,
) -> Parts:
    """Make what the steps work with."""

    def reach(url: str) -> RpcNode:
        return node(session, url, settings.rpc_timeout_ms, metrics.saw_call, spans)

    nodes = Nodes([reach(url) for url in settings.solana_rpc_url], clock)
    senders = [reach(url) for url in settings.sender_url]
    board = StatusBoard(nodes, clock, settings.status_poll_ms, hints, spans)
    rules = LandingRules(
        settings.resend_ms, settings.expiry_margin_blocks, frozenset(settings.tip_accounts)
    )
    execution = JupiterExecution(create_jupiter_api(settings, session, clock))
    router = create_router(settings, session, nodes, clock)
    return Parts(
        clock=clock,
        writer=writer,
        nodes=nodes,
        board=board,
        landing=Landing(nodes, board, clock, rules, senders, execution),
        outlasting=Outlasting(nodes, clock, settings.expiry_margin_blocks),
        guard=Guard(nodes, router.refusal),
        signer=signer,
        claims=claims,
        router=router,
        spans=spans,
    )


def _as_they_are(parts: Parts) -> Parts:
    return parts


@dataclass(frozen=True, slots=True)
class Transports:
    """What reaches the outside; a test passes subclasses that fail where it wants."""

    journal: type[Journal] = Journal
    node: type[RpcNode] = RpcNode
    vault: type[Vault] = Vault
    parts: Callable[[Parts], Parts] = _as_they_are
    """Changes what the steps work with."""


async def run_worker(
    settings: Settings, clock: Clock, stopping: asyncio.Event, transports: Transports | None = None
) -> int:
    """Work until `stopping` is set; answer the process's exit code: 1 after a crash."""
    transports = transports or Transports()
    writer = f"worker/{clock.new_id().hex[-8:]}"
    crash: list[BaseException] = []
    metrics = Metrics()

    def stop(error: BaseException) -> None:
        crash.append(error)
        stopping.set()

    async with AsyncExitStack() as stack:
        kafka = settings.kafka
        spans = await stack.enter_async_context(traced(settings, "worker", writer, clock))
        await ensure_topics(kafka, settings.topic_layout)
        engine = create_engine(settings)
        stack.push_async_callback(engine.dispose)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        )
        journal = transports.journal(
            kafka,
            client_id=writer,
            timeout_ms=settings.submit_timeout_ms,
            observe=metrics.saw_append,
            spans=spans,
        )
        await journal.start()
        stack.push_async_callback(journal.stop)

        vault = transports.vault(engine, KeyRing.from_text(settings.read_vault_private_key()))
        hints = None
        if settings.solana_ws_url:
            hints = Hints(session, settings.solana_ws_url, clock)
            listening = asyncio.create_task(hints.run(), name="hints")
            stack.push_async_callback(end, listening)
        kinds = await stack.enter_async_context(backends(settings))
        signer = Signer(vault, RemoteSigners(engine, kinds, settings.signer_timeout_ms / 1000))
        parts = transports.parts(
            make_parts(
                settings,
                session,
                signer,
                Claims(engine),
                clock,
                writer,
                transports.node,
                metrics,
                hints,
                spans,
            )
        )
        rules = RetryRules(
            settings.max_attempts,
            settings.backoff_ms,
            settings.order_age_ms,
            settings.stalled_ms / 1000,
            settings.signature_wait_ms,
        )
        drivers = TaskDrivers(parts, journal, vault, rules, settings.max_in_flight, metrics)
        assignment = Assignment(
            partial(LogReader, kafka, client_id=writer), LowWaterMarks(engine), drivers, clock
        )
        letters = DeadLetters(journal, clock, settings.dead_letter_limit, metrics.dead_letters.inc)

        app = create_app(settings, kafka)
        attach(app, assignment, letters, stop)
        lives = Lives(engine, writer)
        health = WorkerHealth(app, assignment, drivers, parts.nodes, engine)
        async with monitored(settings, metrics, health.checks, health.refresh):
            await wait_for_turn(lives, settings, clock, stopping)
            if stopping.is_set():
                return 0
            living = asyncio.create_task(live(lives, clock), name="living")
            await app.start()
            log.info("worker.started", writer=writer)
            tasks = [
                asyncio.create_task(_rounds(assignment, drivers, clock), name="rounds"),
                asyncio.create_task(_watch(app, clock, stop), name="watch"),
            ]
            await stopping.wait()
        log.info("worker.stopping")
        await _leave(tasks, drivers, app, assignment)
        await end(living)
        if not crash:
            await say_good_bye(lives)
    if crash:
        log.error("worker.crashed", why=repr(crash[0]))
    return 1 if crash else 0


async def _leave(
    tasks: Sequence[asyncio.Task[None]],
    drivers: TaskDrivers,
    app: faust.App,
    assignment: Assignment,
) -> None:
    """End what goes round, then every buy's task, then the membership of the group."""
    await end_all(tasks)
    await drivers.drain()
    await app.stop()
    await assignment.stop()
    await _save(assignment)


async def _rounds(assignment: Assignment, drivers: TaskDrivers, clock: Clock) -> None:
    """Go round: save how far a replay must reach, and revive what stopped moving."""
    while True:
        await clock.sleep(ROUND_S)
        await _save(assignment)
        try:
            drivers.revive(list(assignment.folds.values()))
        except Exception:  # nobody else would revive anything
            log.exception("round.crashed")


async def _save(assignment: Assignment) -> None:
    try:
        await assignment.save_marks()
    except BuyQueueError as error:
        log.warning("marks.unsaved", why=error.text)
    except Exception:  # a mark that is too low only costs replay
        log.exception("marks.crashed")


async def _watch(app: object, clock: Clock, stop: Callable[[BaseException], None]) -> None:
    """Stop the process when faust has crashed: embedded, it would stay up with a dead consumer."""
    while True:
        await clock.sleep(1.0)
        if reason := getattr(app, "crash_reason", None):
            stop(reason)
            return
