"""What is told, and what is left behind, when a part is away."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from api.health.kafka import KafkaBrokers
from api.parts import Parts
from buyqueue.log.journal import Journal
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import TopicLayout
from buyqueue.rpc import RpcNode
from buyqueue.tables import create_engine
from projections.queries import Queries
from sandbox.kafka.config import Ports
from sandbox.kafka.embedded import EmbeddedKafka
from sandbox.solana.faults import Fault
from sandbox.solana.node import LocalNode
from sandbox.state.ports import free_port
from tests.api.log_of import events_of
from tests.api.process import program, until_ready
from tests.api.proxy import Wire, wired
from tests.api.running import Api, served
from tests.controls.events import JOB
from tests.controls.start_requests import TOKEN_2022_MINT, UNKNOWN_MINT, example
from tests.stack.embedded import scratch


@pytest.fixture
async def wire(parts: Parts) -> AsyncIterator[Wire]:
    """The wire between the api and Postgres."""
    target = urlsplit(parts.settings.database_url.get_secret_value())
    async with wired(str(target.hostname), int(target.port or 5432)) as wire:
        yield wire


@pytest.fixture
async def wired_api(parts: Parts, wire: Wire, reader: LogReader) -> AsyncIterator[Api]:
    url = urlsplit(parts.settings.database_url.get_secret_value())
    login = url.netloc.rpartition("@")[0]
    through = url._replace(netloc=f"{login}@127.0.0.1:{wire.port}").geturl()
    fields = {"database_url": SecretStr(through), "submit_timeout_ms": 1_000}
    settings = parts.settings.model_copy(update=fields)
    engine = create_engine(settings)
    changed = replace(parts, settings=settings, engine=engine, queries=Queries(engine))
    async with served(changed, reader) as api:
        yield api
    wire.release()
    await engine.dispose()


async def test_postgres_is_down(api: Api, wired_api: Api, wire: Wire) -> None:
    before = await api.written()
    await wire.cut()
    answer = await wired_api.start(example())
    assert (answer.status, answer.body["code"]) == (503, "database_unavailable")
    assert answer.body["retryable"] is True
    assert answer.headers["Retry-After"] == "1"
    for other in (await wired_api.status(str(JOB)), await wired_api.cancel(str(JOB))):
        assert (other.status, other.body["code"]) == (503, "database_unavailable")
    assert await api.written() == before


async def test_postgres_hangs(api: Api, wired_api: Api, wire: Wire) -> None:
    """It is answered in time, and nothing reaches the log."""
    assert (await wired_api.start(example())).status == 202
    before = await api.written()
    wire.hold()
    async with asyncio.timeout(6):
        answer = await wired_api.start(example())
    assert (answer.status, answer.body["code"]) == (503, "database_unavailable")
    assert (await api.written())[2] == before[2]


async def test_postgres_comes_back(wired_api: Api, wire: Wire) -> None:
    await wire.cut()
    assert (await wired_api.start(example(), key="k-1")).status == 503
    await wire.start()
    assert (await wired_api.start(example(), key="k-1")).status == 202


@pytest.mark.parametrize(
    "fault", [Fault("http", status=503), Fault("reset"), Fault("rpc", code=-32005)]
)
async def test_no_solana_node_answers(
    parts: Parts, reader: LogReader, solana: LocalNode, fault: Fault
) -> None:
    async with served(parts, reader) as api:
        before = await api.written()
        number = solana.faults.add(fault)
        answer = await api.start(example())
        solana.faults.remove(number)
        assert (answer.status, answer.body["code"]) == (503, "rpc_unavailable")
        assert answer.body["retryable"] is True
        assert await api.written() == before


async def test_a_known_mint_needs_no_node(api: Api, solana: LocalNode) -> None:
    assert (await api.start(example())).status == 202
    number = solana.faults.add(Fault("http", status=503))
    try:
        assert (await api.start(example())).status == 202
        assert (await api.start(example(tokenAddress=TOKEN_2022_MINT))).status == 503
    finally:
        solana.faults.remove(number)


async def test_one_node_of_two_is_enough(parts: Parts, reader: LogReader) -> None:
    dead = RpcNode(parts.nodes[0]._session, f"http://127.0.0.1:{free_port()}", 500)
    async with served(replace(parts, nodes=[dead, *parts.nodes]), reader) as api:
        assert (await api.start(example())).status == 202
        assert (await api.start(example(tokenAddress=UNKNOWN_MINT))).status == 400


@pytest.fixture
async def own_kafka() -> AsyncIterator[EmbeddedKafka]:
    """A broker that a test may freeze and kill."""
    with scratch() as folder:
        kafka = EmbeddedKafka(folder / "kafka", Ports(free_port(), free_port()))
        await kafka.start()
        try:
            yield kafka
        finally:
            send(kafka, signal.SIGCONT)
            await kafka.stop()


def send(kafka: EmbeddedKafka, number: signal.Signals) -> None:
    """Send a signal to the broker."""
    assert kafka.child is not None
    kafka.child.send(number)


async def test_an_append_that_never_ends_does_not_keep_the_program_from_stopping(
    parts: Parts, own_kafka: EmbeddedKafka
) -> None:
    kafka = own_kafka.bootstrap_servers
    await ensure_topics(kafka, TopicLayout(partitions=4, replication=1))
    fields = {"submit_timeout_ms": 1_000, "kafka_bootstrap_servers": kafka, "port": free_port()}
    settings = parts.settings.model_copy(update=fields)
    process = await program(settings)
    try:
        async with asyncio.timeout(40), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{settings.port}"
            await until_ready(session, url, process)
            send(own_kafka, signal.SIGSTOP)
            async with session.post(f"{url}/api/external-buy/start", json=example()) as answer:
                assert answer.status == 503
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    assert b"journal.appends_abandoned" in err


async def test_kafka_hangs_comes_back_and_goes_down(parts: Parts, own_kafka: EmbeddedKafka) -> None:
    kafka = own_kafka.bootstrap_servers
    await ensure_topics(kafka, TopicLayout(partitions=4, replication=1))
    fields = {"submit_timeout_ms": 1_500, "kafka_bootstrap_servers": kafka}
    settings = parts.settings.model_copy(update=fields)
    journal = Journal(kafka, client_id="test/outage", timeout_ms=1_500)
    await journal.start()
    brokers = KafkaBrokers(kafka, client_id="test/outage/look", timeout_ms=1_500)
    await brokers.start()
    changed = replace(parts, settings=settings, log=journal, brokers=brokers)
    async with (
        LogReader(kafka, client_id="test/outage/ends") as reader,
        served(changed, reader) as api,
    ):
        assert (await api.start(example())).status == 202

        send(own_kafka, signal.SIGSTOP)
        lost = await api.start(example(), key="k-1")
        assert (lost.status, lost.body["code"]) == (503, "log_unavailable")
        assert "may still be carried out" in lost.body["error"]
        ready = await api.call("GET", "/health/ready")
        assert (ready.status, ready.body["checks"]["kafka"]["ok"]) == (503, False)

        send(own_kafka, signal.SIGCONT)
        async with asyncio.timeout(30):
            while (again := await api.start(example(), key="k-1")).status != 202:
                await asyncio.sleep(0.5)
        assert again.body["jobId"] == lost.body["jobId"]
        events = await events_of(kafka, lost.body["jobId"])
        assert events
        assert all(event == events[0] for event in events)

        before = await api.written()
        send(own_kafka, signal.SIGKILL)
        await asyncio.sleep(0.5)
        down = await api.start(example(), key="k-2")
        assert (down.status, down.body["code"]) == (503, "log_unavailable")
        assert "nothing was queued" in down.body["error"]
        async with parts.engine.connect() as connection:
            rows = (await connection.exec_driver_sql("SELECT count(*) FROM submissions")).scalar()
            keys = (await connection.exec_driver_sql("SELECT count(*) FROM vault")).scalar()
        assert (rows, keys) == before[:2]
        ready = await api.call("GET", "/health/ready")
        assert ready.body["checks"]["kafka"]["ok"] is False
    await brokers.stop()
    async with asyncio.timeout(10):
        await journal.stop()
