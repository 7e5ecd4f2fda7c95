"""A real Postgres as a child of this process."""

import signal
from pathlib import Path

import asyncpg

from sandbox.postgres import settings
from sandbox.postgres.cluster import Cluster, password
from sandbox.postgres.program import barrier, packaged, reachable
from sandbox.processes.child import Child
from sandbox.processes.command import Account, Command, unprivileged
from sandbox.processes.readiness import wait_ready

MAINTENANCE = "postgres"
PROBE_TIMEOUT_S = 5.0
NOT_YET = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.InterfaceError)


class Unreachable(Exception):
    """The account the server must run as cannot reach its directory."""


def check_reach(directory: Path, account: Account | None) -> None:
    """Raise Unreachable, saying what to do, unless the account can reach `directory`."""
    if account is None:
        return
    blocked = barrier(directory / "data", account)
    if blocked is not None:
        raise Unreachable(
            f"Postgres refuses to run as root, so it runs as {account.name}, who may not enter "
            f"{blocked}. Choose another directory with BUYQ_HOME, or start as an ordinary user."
        )


class EmbeddedPostgres:
    """One server on loopback with a password; its rows stay in `directory`.

    Started by root it runs as `nobody`, who must be able to reach `directory` (Unreachable tells).
    A server that was killed recovers at the next start. One at a time per directory.
    """

    name = "postgres"

    def __init__(
        self,
        directory: Path,
        port: int,
        *,
        log: Path | None = None,
        ready_within_ms: int = 60_000,
    ) -> None:
        self.child: Child | None = None
        self.port = port
        self._directory = directory
        self._log = log or directory / "postgres.log"
        self._ready_within_ms = ready_within_ms

    @property
    def url(self) -> str:
        """postgresql+asyncpg://..., of the database the first start makes.

        NB: it carries the password, which is made (mode 0600) when first asked for.
        """
        return settings.url(self._password(), self.port)

    async def start(self) -> int:
        """Return when a login is answered; the ms from launch to answer.

        Unreachable, EndedEarly or NotReady (with the tail of the log); nothing runs then.
        """
        account = unprivileged()
        self._directory.mkdir(parents=True, exist_ok=True)
        check_reach(self._directory, account)
        programs = reachable(packaged(), account, self._directory)
        cluster = Cluster(self._directory, programs, account, self._log)
        await cluster.ensure(self._password())
        server = str(programs / "bin" / "postgres")
        self.child = Child(
            Command(
                self.name,
                (server, "-D", str(cluster.data), *settings.options(self.port)),
                self._log,
                env=settings.environment(),
                cwd=self._directory,
                account=account,
                stop_signal=signal.SIGINT,  # "fast": ends sessions instead of waiting for them
            )
        )
        await self.child.start()
        return await wait_ready(self.child, self._answers, within_ms=self._ready_within_ms)

    async def stop(self) -> None:
        """End it gracefully, closing open sessions; no error when it does not run."""
        if self.child is not None:
            await self.child.stop()

    async def _answers(self) -> bool:
        try:
            connection = await self._connect()
        except NOT_YET:
            return False
        try:
            present = "SELECT 1 FROM pg_database WHERE datname = $1"
            if await connection.fetchval(present, settings.DATABASE) is None:
                await connection.execute(f"CREATE DATABASE {settings.DATABASE}")
        finally:
            await connection.close()
        return True

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=settings.HOST,
            port=self.port,
            user=settings.USER,
            password=self._password(),
            database=MAINTENANCE,
            timeout=PROBE_TIMEOUT_S,
        )

    def _password(self) -> str:
        self._directory.mkdir(parents=True, exist_ok=True)
        return password(self._directory / "password")
