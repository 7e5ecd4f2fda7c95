"""The servers in containers, as a user would run them."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import asyncpg
import docker
from docker.errors import DockerException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from sandbox.kafka.config import BEHAVIOUR
from sandbox.kafka.coordinates import KAFKA_VERSION
from sandbox.kafka.probe import cluster_at
from sandbox.state.ports import free_port
from tests.stack.servers import Servers, session

KAFKA_IMAGE = f"apache/kafka:{KAFKA_VERSION}"
POSTGRES_IMAGE = "postgres:18"
KAFKA_PORT, POSTGRES_PORT = 9092, 5432
PASSWORD = "buyq-test"  # noqa: S105 (of a database that lives for one test session)
WITHIN_S = 90.0
TAIL_LINES = 40
DEFAULT_HOST = "unix:///var/run/docker.sock"


class NoImages(Exception):
    """An image is neither here nor can it be had."""


class DidNotStart(Exception):
    """A container ran, but did not answer; the tail of its log is in the text."""


def listens(host: str) -> bool:
    """Tell whether somebody listens at a Docker host; one that is no local socket may."""
    if not host.startswith("unix://"):
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(host.removeprefix("unix://")) == 0


def docker_answers() -> bool:
    """Tell whether a Docker engine answers."""
    # NB: the client leaves its socket open where nobody listens.
    if not listens(os.environ.get("DOCKER_HOST") or DEFAULT_HOST):
        return False
    try:
        with engine() as client:
            return bool(client.ping())
    except DockerException:
        return False


@contextmanager
def engine() -> Iterator[docker.DockerClient]:
    """Talk to the engine for a moment."""
    client = docker.from_env()
    try:
        yield client
    finally:
        client.close()


def available(client: docker.DockerClient, image: str) -> bool:
    """Tell whether the image is here, pulling it when it is not."""
    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        with suppress(DockerException):
            client.images.pull(image)
            return True
        return False
    return True


def need_images() -> None:
    """Have the images or raise NoImages; without the reaper's, run without a reaper."""
    with engine() as client:
        for image in (KAFKA_IMAGE, POSTGRES_IMAGE):
            if not available(client, image):
                raise NoImages(f"the image {image} is neither here nor can it be pulled")
        if not testcontainers_config.ryuk_disabled:
            here = available(client, testcontainers_config.ryuk_image)
            testcontainers_config.ryuk_disabled = not here


def kafka_environment(host: str, port: int) -> dict[str, str]:
    """Write the broker's settings as the image reads them."""
    settings = BEHAVIOUR | {
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": f"PLAINTEXT://:{KAFKA_PORT},CONTROLLER://:9093",
        "advertised.listeners": f"PLAINTEXT://{host}:{port}",
    }
    return {f"KAFKA_{key.replace('.', '_').upper()}": value for key, value in settings.items()}


def reachable_host(container: DockerContainer, port: int) -> str:
    """Find where ports of containers are reached: on this machine, or where the engine says."""
    candidates = (testcontainers_config.tc_host_override, "127.0.0.1")
    for host in filter(None, candidates):
        with suppress(OSError), socket.create_connection((host, port), timeout=2):
            return str(host)
    return str(container.get_container_host_ip())


def tail(container: DockerContainer) -> str:
    """Give the last lines the container logged."""
    text = b"".join(container.get_logs()).decode(errors="replace")
    return "\n".join(text.splitlines()[-TAIL_LINES:])


async def until(
    container: DockerContainer, image: str, probe: Callable[[], Awaitable[bool]]
) -> None:
    """Wait until the probe says True; DidNotStart when the container ends or time is up."""
    deadline = time.monotonic() + WITHIN_S
    while not await probe():
        await asyncio.to_thread(container.reload)
        if container.status != "running" or time.monotonic() > deadline:
            raise DidNotStart(f"{image} is {container.status}; its log:\n{tail(container)}")
        await asyncio.sleep(0.1)


@asynccontextmanager
async def running(container: DockerContainer) -> AsyncIterator[DockerContainer]:
    """Run a container for a while."""
    try:
        await asyncio.to_thread(container.start)
        yield container
    finally:
        await asyncio.to_thread(container.stop)


@asynccontextmanager
async def containers() -> AsyncIterator[Servers]:
    """Run both in containers on fixed free ports. NoImages before anything was started."""
    await asyncio.to_thread(need_images)
    database_port, port = free_port(), free_port()
    database = DockerContainer(POSTGRES_IMAGE).with_bind_ports(POSTGRES_PORT, database_port)
    database.with_env("POSTGRES_PASSWORD", PASSWORD)
    async with running(database):
        host = await asyncio.to_thread(reachable_host, database, database_port)
        node = DockerContainer(KAFKA_IMAGE).with_bind_ports(KAFKA_PORT, port)
        node.with_envs(**kafka_environment(host, port))
        async with running(node):
            url = f"postgresql+asyncpg://postgres:{PASSWORD}@{host}:{database_port}/postgres"

            async def logs_in() -> bool:
                try:
                    async with session(url):
                        return True
                except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    return False

            async def serves() -> bool:
                return await cluster_at(host, port) is not None

            await until(database, POSTGRES_IMAGE, logs_in)
            await until(node, KAFKA_IMAGE, serves)
            yield Servers("testcontainers", f"{host}:{port}", url)
