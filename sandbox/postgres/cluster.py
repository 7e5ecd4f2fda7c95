"""Making the data directory, once."""

import os
import secrets
import shutil
from pathlib import Path

from sandbox.postgres.settings import USER, environment
from sandbox.processes.child import Child
from sandbox.processes.command import Account, Command
from sandbox.processes.errors import EndedEarly

PASSWORD_BYTES = 24
OWNER_ONLY_FILE = 0o600
OWNER_ONLY_DIR = 0o700


def private_file(path: Path, text: str, account: Account | None = None) -> None:
    """Write a file only its owner can read; it is never wider, not even for a moment."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    with os.fdopen(handle, "w") as file:
        if account is not None:
            os.fchown(handle, account.uid, account.gid)
        file.write(text)


def password(path: Path) -> str:
    """Read the password kept in `path`, made on the first call."""
    if not path.exists():
        private_file(path, secrets.token_urlsafe(PASSWORD_BYTES))
    return path.read_text()


class Cluster:
    """The data directory below `directory`, owned by the account the server runs as."""

    def __init__(self, directory: Path, programs: Path, account: Account | None, log: Path) -> None:
        self.data = directory / "data"
        self._directory = directory
        self._programs = programs
        self._account = account
        self._log = log

    async def ensure(self, secret: str) -> None:
        """Make it unless it is there; an attempt cut short leaves nothing that looks made.

        EndedEarly with the tail of the log when initdb fails.
        """
        if self.data.exists():
            return
        draft = self._directory / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=OWNER_ONLY_DIR)
        if self._account is not None:
            os.chown(draft, self._account.uid, self._account.gid)
        told = self._directory / "initdb-password"
        private_file(told, secret, self._account)
        try:
            await self._initdb(draft, told)
        finally:
            told.unlink(missing_ok=True)
        draft.rename(self.data)

    async def _initdb(self, draft: Path, told: Path) -> None:
        argv = (
            str(self._programs / "bin" / "initdb"),
            f"--pgdata={draft}",
            f"--username={USER}",
            f"--pwfile={told}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        )
        tool = Child(
            Command(
                "initdb",
                argv,
                self._log,
                env=environment(),
                cwd=self._directory,
                account=self._account,
            )
        )
        await tool.start()
        try:
            code = await tool.wait()
        finally:
            await tool.stop()
        if code != 0:
            raise EndedEarly(f"the database could not be made:\n{tool.tail()}")
