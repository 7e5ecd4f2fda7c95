"""A real Kafka as a child."""

import asyncio
import hashlib
import signal
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sandbox.kafka.config import Ports
from sandbox.kafka.coordinates import Jar, locked, parse, render
from sandbox.kafka.embedded import EmbeddedKafka, cluster_id, new_cluster_id
from sandbox.kafka.jars import DownloadFailed, Jars, missing
from sandbox.kafka.probe import serving_cluster
from sandbox.processes.errors import EndedEarly
from sandbox.state.ports import free_port
from tests.stack.embedded import scratch

TOPIC = "kept"


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as made:
        yield made


def node(folder: Path) -> EmbeddedKafka:
    return EmbeddedKafka(folder / "kafka", Ports(free_port(), free_port()))


@asynccontextmanager
async def producing(kafka: EmbeddedKafka) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def create_topic(kafka: EmbeddedKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def consume(kafka: EmbeddedKafka, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=kafka.bootstrap_servers,
        group_id="readers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            return sorted([(await consumer.getone()).value for _ in range(count)])
    finally:
        await consumer.stop()


async def test_messages_survive_restart_and_kill(folder: Path) -> None:
    """Every acknowledged message is there after a stop and after a kill -9; the id stays."""
    kafka = node(folder)
    await kafka.start()
    await create_topic(kafka)
    first_id = kafka.cluster_id
    for n, end in enumerate(("stop", "kill")):
        async with producing(kafka) as producer:
            await producer.send_and_wait(TOPIC, f"{n}".encode(), key=f"{n}".encode())
        assert await consume(kafka, n + 1) == [b"0", b"1"][: n + 1]
        if end == "kill" and kafka.child is not None:
            kafka.child.send(signal.SIGKILL)
            await kafka.child.wait()
        await kafka.stop()
        await kafka.start()
    assert await consume(kafka, 2) == [b"0", b"1"]
    assert kafka.cluster_id == first_id
    await kafka.stop()


async def test_another_node_on_the_port_is_not_taken_for_ours(folder: Path) -> None:
    """A start on a taken port ends with the log's reason, and the other node is left alone."""
    ports = Ports(free_port(), free_port())
    first = EmbeddedKafka(folder / "first", ports)
    await first.start()
    second = EmbeddedKafka(folder / "second", Ports(ports.broker, free_port()))
    with pytest.raises(EndedEarly, match="Address already in use"):
        await second.start()
    assert first.child is not None
    assert first.child.running
    await first.stop()


def test_a_metadata_reply_names_its_cluster() -> None:
    def text(value: bytes) -> bytes:
        return struct.pack(">h", len(value)) + value

    broker = struct.pack(">i", 1) + text(b"127.0.0.1") + struct.pack(">ih", 9092, -1)
    assert serving_cluster(struct.pack(">ii", 1, 1) + broker + text(b"the-id")) == "the-id"
    assert serving_cluster(struct.pack(">ii", 1, 0) + text(b"the-id")) is None
    assert serving_cluster(struct.pack(">ii", 2, 1) + broker + text(b"the-id")) is None


def test_a_cluster_id_is_one_kafka_accepts() -> None:
    ids = {new_cluster_id() for _ in range(200)}
    assert len(ids) == 200
    assert not [each for each in ids if len(each) != 22 or each.startswith("-")]
    assert cluster_id("#comment\nversion=1\ncluster.id=abc=\n") == "abc="


def test_the_lock_is_what_it_reads_as() -> None:
    jars = locked()
    assert parse(render(jars)) == jars
    assert {len(jar.sha256) for jar in jars} == {64}
    kafka = [jar for jar in jars if jar.coordinate.startswith("org.apache.kafka:")]
    assert {jar.coordinate.rsplit(":")[-1] for jar in kafka} == {"4.3.1"}


def test_a_jar_cut_short_counts_as_missing(tmp_path: Path) -> None:
    content = b"a jar"
    jar = Jar("g:a:1", hashlib.sha256(content).hexdigest(), len(content))
    (tmp_path / jar.filename).write_bytes(content[:-1])
    assert missing(tmp_path, (jar,)) == (jar,)
    (tmp_path / jar.filename).write_bytes(content)
    assert missing(tmp_path, (jar,)) == ()


class Counted:
    """A progress that adds up."""

    def __init__(self) -> None:
        self.said, self.of, self.done = "", 0, 0

    def description(self, text: str) -> None:
        self.said = text

    def total(self, size: int | None) -> None:
        self.of = size or 0

    def advance(self, amount: int) -> None:
        self.done += amount


def test_what_is_missing_is_downloaded_with_progress(tmp_path: Path) -> None:
    """Only the missing jar is fetched, all of it is counted, nothing else is left in the cache."""
    whole = Jars().classpath()
    smallest = min(whole, key=lambda path: path.stat().st_size)
    for path in whole:
        if path != smallest:
            (tmp_path / path.name).symlink_to(path)
    progress = Counted()
    again = Jars(tmp_path, progress).classpath()
    assert [path.name for path in again] == [path.name for path in whole]
    assert progress.of == progress.done == smallest.stat().st_size
    assert (tmp_path / smallest.name).read_bytes() == smallest.read_bytes()
    assert not list(tmp_path.glob(".download-*"))


def test_a_cancelled_download_ends_and_leaves_nothing(tmp_path: Path) -> None:
    jars = Jars(tmp_path)
    jars.cancel()
    with pytest.raises(DownloadFailed, match="cancelled"):
        jars.classpath()
    assert not list(tmp_path.iterdir())
