"""The stack that tests run on."""

import asyncpg
import pytest

from sandbox.kafka.probe import cluster_at
from tests.stack.choice import DATABASE, FORCED, KAFKA, BadChoice, choose
from tests.stack.containers import listens
from tests.stack.servers import Stack, plain

RUNNING = {KAFKA: "127.0.0.1:9092", DATABASE: "postgresql+asyncpg://u:p@h/d"}


def test_a_named_stack_comes_first() -> None:
    assert choose(RUNNING, lambda: True) == "env"


def test_docker_comes_before_the_embedded_parts() -> None:
    assert [choose({}, lambda: True), choose({}, lambda: False)] == ["testcontainers", "embedded"]


def test_one_kind_can_be_forced() -> None:
    assert choose(RUNNING | {FORCED: "embedded"}, lambda: True) == "embedded"


@pytest.mark.parametrize(
    "environment",
    [{FORCED: "podman"}, {FORCED: "env"}, {KAFKA: "127.0.0.1:9092"}],
)
def test_a_choice_that_cannot_be_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(BadChoice):
        choose(environment, lambda: True)


async def test_the_stack_serves(stack: Stack) -> None:
    """Kafka names its cluster, and the databases are empty and apart."""
    host, port = stack.kafka.split(":")
    assert await cluster_at(host, int(port))
    for url in (stack.database_url, await stack.fresh_database()):
        connection = await asyncpg.connect(plain(url))
        try:
            await connection.execute("CREATE TABLE apart ()")
        finally:
            await connection.close()


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "unix:///etc/hostname"])
def test_where_nobody_listens_no_docker_client_is_made(host: str) -> None:
    assert not listens(host)
