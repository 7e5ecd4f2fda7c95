"""The one directory everything of a local stack is kept in."""

import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.state.errors import NotOurs
from sandbox.state.lock import Lock
from sandbox.state.ports import PortBook

MARKER = ".buyq-state"
LOCK = "lock"
KEPT = frozenset({MARKER, LOCK})
MARKER_TEXT = "This directory was made by buyq; `--fresh` removes what is in it.\n"
# Root's parts run as other accounts, which pass through without being able to list.
MODE_OF_ROOT, MODE = 0o711, 0o700


def mode() -> int:
    """Give the rights of our folders, whatever the umask."""
    return MODE_OF_ROOT if os.geteuid() == 0 else MODE


def check_ours(home: Path) -> None:
    """Raise NotOurs unless `home` is missing, empty or carries our marker and our user's id."""
    if not home.exists():
        return
    if not home.is_dir():
        raise NotOurs(f"{home} is not a directory; choose another with BUYQ_HOME")
    if home.stat().st_uid != os.geteuid():
        raise NotOurs(
            f"{home} belongs to user id {home.stat().st_uid}, this is {os.geteuid()}; "
            "run as that user or choose another directory with BUYQ_HOME"
        )
    if not (home / MARKER).is_file() and any(home.iterdir()):
        raise NotOurs(
            f"{home} holds files and was not made by buyq (no {MARKER} in it); "
            "choose an empty or a new directory with BUYQ_HOME"
        )


class StateDirectory:
    """A directory held by this process, by `with`; each part has a folder of its own in it."""

    def __init__(self, home: Path, *, purpose: str, fresh: bool = False) -> None:
        self.home = home.resolve()
        self._purpose = purpose
        self._fresh = fresh
        self._lock = Lock(self.home / LOCK)
        self._book: PortBook | None = None

    def __enter__(self) -> Self:
        """Hold it, emptied first when `fresh`. NotOurs or AlreadyRunning: nothing was touched."""
        check_ours(self.home)
        self.home.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(self._purpose)
        try:
            self.home.chmod(mode())
            (self.home / MARKER).write_text(MARKER_TEXT)
            if self._fresh:
                self._wipe()
            self._book = PortBook(self.home / "ports.json")
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let another process have it. Stop the parts first."""
        self._lock.release()

    @property
    def logs(self) -> Path:
        """The folder of the logs, one file per child."""
        return self.part("logs")

    def part(self, name: str) -> Path:
        """Give the folder of one part, made when missing."""
        folder = self.home / name
        folder.mkdir(exist_ok=True)
        folder.chmod(mode())
        return folder

    def port(self, name: str, asked: int | None = None) -> int:
        """Give `name` a port, if possible that of last time; PortTaken for one asked for."""
        if self._book is None:
            raise LookupError("the state directory is not held; use it by `with`")
        return self._book.port(name, asked)

    def pair(self, name: str, asked: int | None = None) -> int:
        """Give `name` a port and the one after it, as `port` does."""
        if self._book is None:
            raise LookupError("the state directory is not held; use it by `with`")
        return self._book.pair(name, asked)

    def _wipe(self) -> None:
        # NB: links are removed, never followed: nothing outside goes.
        for entry in self.home.iterdir():
            if entry.name in KEPT:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
