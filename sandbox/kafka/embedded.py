"""A real Kafka node as a child of this process."""

import asyncio
import base64
import secrets
from pathlib import Path

from sandbox.kafka import java
from sandbox.kafka.config import HOST, LOGGING, Cluster, Ports, bootstrap_servers, properties
from sandbox.kafka.guarded import Guarded
from sandbox.kafka.jars import Jars
from sandbox.kafka.probe import cluster_at
from sandbox.kafka.progress import Progress
from sandbox.processes.child import Child
from sandbox.processes.command import Command
from sandbox.processes.errors import EndedEarly
from sandbox.processes.readiness import wait_ready

CLUSTER_ID_BYTES = 16
FORMATTED = "meta.properties"


def new_cluster_id() -> str:
    """Make a cluster id as Kafka writes one: 16 bytes, url-safe, not starting with a dash."""
    text = base64.urlsafe_b64encode(secrets.token_bytes(CLUSTER_ID_BYTES)).decode().rstrip("=")
    return text if not text.startswith("-") else "A" + text[1:]


def cluster_id(meta: str) -> str:
    """Read the cluster id in meta.properties; LookupError when there is none."""
    rows = dict(line.split("=", 1) for line in meta.splitlines() if "=" in line)
    return rows["cluster.id"]


class EmbeddedKafka:
    """One combined node, KRaft, loopback only; its messages stay in `directory`.

    A node of a cluster is ready once a majority of them is: start them at the same time.

    The first start downloads the jars (about 45 MB) into `cache` and tells `progress`; later ones
    touch no network. Topics are not created by themselves. One at a time per directory.
    """

    name = "kafka"

    def __init__(
        self,
        directory: Path,
        ports: Ports,
        *,
        log: Path | None = None,
        cache: Path | None = None,
        progress: Progress | None = None,
        ready_within_ms: int = 60_000,
        cluster: Cluster | None = None,
        guarded: Guarded | None = None,
    ) -> None:
        self._guarded = guarded
        self._cluster = cluster
        self.bootstrap_servers = bootstrap_servers(ports)
        self.child: Child | None = None
        self._directory = directory
        self._data = directory / "data"
        self._log = log or directory / "kafka.log"
        self._ports = ports
        self._jars = Jars(cache, progress)
        self._ready_within_ms = ready_within_ms

    @property
    def cluster_id(self) -> str:
        """The id the storage was formatted with; OSError before the first start."""
        return cluster_id((self._data / FORMATTED).read_text())

    async def prepare(self) -> tuple[Path, ...]:
        """Have the jars; DownloadFailed. A start does this by itself."""
        try:
            return await asyncio.to_thread(self._jars.classpath)
        except asyncio.CancelledError:
            # The loop waits for its threads when it closes: a Ctrl-C would wait for the download.
            self._jars.cancel()
            raise

    async def start(self) -> int:
        """Return once it answers a metadata request with its own cluster id; the ms it took.

        DownloadFailed, EndedEarly or NotReady (with the tail of the log); nothing runs then.
        """
        classpath = await self.prepare()
        self._directory.mkdir(parents=True, exist_ok=True)
        settings = self._directory / "server.properties"
        settings.touch(mode=0o600)
        settings.write_text(properties(self._ports, self._data, self._cluster, self._guarded))
        logging = self._directory / "log4j2.properties"
        logging.write_text(LOGGING)
        if not (self._data / FORMATTED).exists():
            name = self._cluster.cluster_id if self._cluster else new_cluster_id()
            arguments = ("format", "--ignore-formatted", "-t", name, "-c")
            main = ("kafka.tools.StorageTool", *arguments, str(settings), *self._users())
            await self._format(java.argv(classpath, logging, *main))
        node = java.argv(classpath, logging, "kafka.Kafka", str(settings))
        self.child = Child(self._command(node))
        await self.child.start()
        return await wait_ready(self.child, self._answers, within_ms=self._ready_within_ms)

    async def stop(self) -> None:
        """End it gracefully; no error when it does not run."""
        if self.child is not None:
            await self.child.stop()

    def _users(self) -> tuple[str, ...]:
        """Write the users into a file: a password does not belong into a list of processes."""
        if self._guarded is None:
            return ()
        file = self._directory / "users.arguments"
        file.touch(mode=0o600)
        file.write_text(self._guarded.scram_arguments())
        return (f"@{file}",)

    async def _format(self, argv: tuple[str, ...]) -> None:
        tool = Child(self._command(argv))
        await tool.start()
        try:
            code = await tool.wait()
        finally:
            await tool.stop()
        if code != 0:
            raise EndedEarly(f"Kafka's storage could not be formatted:\n{tool.tail()}")

    async def _answers(self) -> bool:
        # Another node on our port must not pass for ours.
        return await cluster_at(HOST, self._ports.broker) == self.cluster_id

    def _command(self, argv: tuple[str, ...]) -> Command:
        environment = java.environment()
        return Command("kafka", argv, self._log, env=environment, cwd=self._directory)
