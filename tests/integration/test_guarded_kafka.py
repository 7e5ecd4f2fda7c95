"""A Kafka that asks who connects: every process reaches it with credentials, and none without."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select

from api.health.kafka import KafkaBrokers
from api.running import running, serving
from buyqueue.clock import SystemClock
from buyqueue.errors import Unavailable
from buyqueue.log.journal import Journal
from buyqueue.log.letters import Letters
from buyqueue.log.provision import ensure_topics
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import TopicLayout
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from projections.projector import Projector
from projections.tables import BUYS_TABLE
from sandbox.kafka.config import Ports
from sandbox.kafka.embedded import EmbeddedKafka
from sandbox.kafka.guarded import Guarded
from sandbox.state.ports import free_port
from tests.certificates import Authority, new_authority
from tests.integration.desk import Desk
from tests.integration.test_worker import worker
from tests.stack.embedded import scratch

PASSWORD = "only-for-this-test"  # noqa: S105 - of a broker that ends with the test
PROTOCOLS = {"sasl_plaintext": "SASL_PLAINTEXT", "sasl_tls": "SASL_SSL", "tls": "SSL"}
LAYOUT = TopicLayout(partitions=4, replication=1)


@dataclass(frozen=True)
class Site:
    """The broker's listeners, and who signs certificates there."""

    guarded: Guarded
    authority: Authority
    ours: tuple[Path, Path]

    def told(self, security: str, **other: Any) -> dict[str, Any]:
        """Answer the settings of a client that is let in."""
        told: dict[str, Any] = {
            "kafka_bootstrap_servers": self.guarded.servers(PROTOCOLS[security]),
            "kafka_security": security,
        }
        if security.startswith("sasl"):
            told |= {"kafka_sasl_username": "buyq", "kafka_sasl_password": SecretStr(PASSWORD)}
        if security.endswith("tls"):
            told |= {"kafka_ca_file": self.authority.file}
        if security == "tls":
            told |= {"kafka_cert_file": self.ours[0], "kafka_key_file": self.ours[1]}
        return told | other


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    with scratch() as folder:
        authority = new_authority(folder / "tls")
        certificate, key = authority.sign("broker")
        both = folder / "tls" / "broker-both.pem"
        both.touch(mode=0o600)
        both.write_text(key.read_text() + certificate.read_text())
        ports = {protocol: free_port() for protocol in PROTOCOLS.values()}
        guarded = Guarded(ports, "buyq", PASSWORD, both, authority.file)
        kafka = EmbeddedKafka(folder / "kafka", Ports(free_port(), free_port()), guarded=guarded)
        await kafka.start()
        try:
            await ensure_topics(kafka.bootstrap_servers, LAYOUT)
            yield Site(guarded, authority, authority.sign("client"))
        finally:
            await kafka.stop()


@pytest.fixture(params=[("sasl_plaintext", "PLAIN"), ("sasl_tls", "SCRAM-SHA-512"), ("tls", None)])
def kafka_told(site: Site, request: pytest.FixtureRequest) -> dict[str, Any]:
    security, mechanism = request.param
    return site.told(security, **({"kafka_sasl_mechanism": mechanism} if mechanism else {}))


async def test_a_buy_runs_through_journal_worker_reader_and_projector(desk: Desk) -> None:
    engine = create_engine(desk.settings)
    projector = Projector(
        bootstrap_servers=desk.settings.kafka,
        engine=engine,
        clock=SystemClock(),
        group=f"test-{SystemClock().new_id()}",
    )
    projecting = asyncio.create_task(projector.run())
    job_id, _ = await desk.request()
    async with worker(desk.settings):
        await desk.until(job_id, "BuyCompleted")
    status = select(BUYS_TABLE.c.status).where(BUYS_TABLE.c.job_id == job_id)
    async with asyncio.timeout(30), engine.connect() as connection:
        while (await connection.execute(status)).scalar() != "completed":
            await connection.rollback()
            await asyncio.sleep(0.05)
    projecting.cancel()
    with suppress(asyncio.CancelledError):
        await projecting
    await engine.dispose()


async def test_whoever_looks_at_the_brokers_and_the_dead_letters_is_let_in(
    kafka_told: dict[str, Any],
) -> None:
    kafka = Settings(_env_file=None, **kafka_told).kafka
    assert await ensure_topics(kafka, LAYOUT) == []
    brokers = KafkaBrokers(kafka, client_id="test/look", timeout_ms=5_000)
    await brokers.start()
    try:
        await brokers.check()
        assert await brokers.reachable(SystemClock().new_id())
    finally:
        await brokers.stop()
    async with Letters(kafka) as letters:
        assert await letters.newest(1) == []


async def test_an_api_with_its_relay_becomes_ready(settings: Settings) -> None:
    told = settings.model_copy(update={"auth": "open"})
    async with (
        asyncio.timeout(20),
        running(told, SystemClock()) as app,
        serving(app, told) as url,
        aiohttp.ClientSession() as session,
    ):
        while (await session.get(f"{url}/health/ready")).status != 200:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_refused_with_the_reason(site: Site, mechanism: str) -> None:
    told = site.told("sasl_tls", kafka_sasl_mechanism=mechanism)
    kafka = Settings(_env_file=None, **told | {"kafka_sasl_password": SecretStr("wrong-one")}).kafka
    why = "Kafka refuses the connection: .*SaslAuthenticationFailed"
    with pytest.raises(Unavailable, match=why) as topics:
        await ensure_topics(kafka, LAYOUT)
    with pytest.raises(Unavailable, match=why):
        await Journal(kafka, client_id="test", timeout_ms=5_000).start()
    with pytest.raises(Unavailable, match=why):
        await LogReader(kafka, client_id="test").__aenter__()
    with pytest.raises(Unavailable, match=why):
        await Letters(kafka).__aenter__()
    with pytest.raises(Unavailable, match=why):
        await KafkaBrokers(kafka, client_id="test", timeout_ms=5_000).start()
    assert "wrong-one" not in str(topics.value) + repr(kafka)


async def test_a_broker_of_another_authority_is_refused(site: Site, tmp_path: Path) -> None:
    other = new_authority(tmp_path)
    kafka = Settings(_env_file=None, **site.told("sasl_tls", kafka_ca_file=other.file)).kafka
    with pytest.raises(Unavailable, match="certificate verify failed"):
        await ensure_topics(kafka, LAYOUT)


async def test_who_has_no_certificate_is_refused_where_one_is_asked_for(site: Site) -> None:
    told = site.told("tls", kafka_cert_file=None, kafka_key_file=None)
    with pytest.raises(Unavailable, match="Kafka refuses the connection"):
        await ensure_topics(Settings(_env_file=None, **told).kafka, LAYOUT)


async def test_a_command_reads_its_password_from_a_file_and_tells_it_nobody(
    site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    assert await topics(site, file) == (0, "nothing to do")
    file.write_text("wrong-one\n")
    code, output = await topics(site, file)
    assert code == 1
    assert "SaslAuthenticationFailed" in output
    assert "wrong-one" not in output


async def topics(site: Site, password: Path) -> tuple[int, str]:
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": site.guarded.servers("SASL_SSL"),
        "KAFKA_SECURITY": "sasl_tls",
        "KAFKA_SASL_USERNAME": "buyq",
        "KAFKA_SASL_PASSWORD_FILE": str(password),
        "KAFKA_CA_FILE": str(site.authority.file),
        "TOPIC_PARTITIONS": str(LAYOUT.partitions),
        "TOPIC_REPLICATION": str(LAYOUT.replication),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "buyq", "topics",
        env=os.environ | told,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode().strip()
