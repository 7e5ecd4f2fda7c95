"""The faust side of a worker: a thin agent that folds and acknowledges at once."""

from collections.abc import Callable, Iterable
from typing import Any

import faust

from buyqueue.log.connection import KafkaConnection
from buyqueue.log.record import Poison
from buyqueue.log.topic import BUYS
from buyqueue.logs import get_logger
from buyqueue.settings import Settings
from streams.credentials import credentials_of
from streams.dead_letters import DeadLetters
from streams.folding.assignment import Assignment
from streams.schema import RecordSchema

log = get_logger(__name__)
GROUP = "buyq-worker"


def create_app(settings: Settings, kafka: KafkaConnection) -> faust.App:
    """Make the faust app with the settings that were measured to be safe; call within the loop."""
    return faust.App(
        GROUP,
        broker=[f"kafka://{server}" for server in kafka.servers.split(",")],
        broker_credentials=credentials_of(kafka),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=settings.topic_partitions,
        topic_replication_factor=settings.topic_replication,
        worker_redirect_stdouts=False,
        broker_session_timeout=settings.session_timeout_ms / 1000,
        broker_heartbeat_interval=settings.session_timeout_ms / 4000,
        broker_rebalance_timeout=max(20.0, settings.session_timeout_ms / 1000),
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=15_000,
        stream_wait_empty=True,
    )


def attach(
    app: faust.App,
    assignment: Assignment,
    letters: DeadLetters,
    stop: Callable[[BaseException], None],
) -> None:
    """Connect the app to the fold.

    The agent has one actor (more lose order and events), waits for no chain, and raises nothing:
    what is a bug calls `stop`, because going on would skip an event.
    """
    topic = app.topic(BUYS, schema=RecordSchema())

    @app.on_partitions_assigned.connect(weak=False)  # type: ignore[untyped-decorator]
    async def assigned(_sender: Any, assigned: Iterable[Any], **_: Any) -> None:
        assignment.change(tp.partition for tp in assigned if tp.topic == BUYS)

    @app.on_partitions_revoked.connect(weak=False)  # type: ignore[untyped-decorator]
    async def revoked(_sender: Any, _revoked: Iterable[Any], **_: Any) -> None:
        assignment.bridge()

    @app.agent(topic, concurrency=1, name="fold")  # type: ignore[untyped-decorator]
    async def fold(stream: Any) -> None:
        async for record in stream:
            try:
                if isinstance(record, Poison):
                    await letters.bury(record)
                await assignment.fold(record)
            except Exception as error:
                log.exception("fold.crashed", partition=record.partition, offset=record.offset)
                stop(error)
                return
