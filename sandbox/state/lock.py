"""One process at a time in a directory."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from sandbox.state.errors import AlreadyRunning


def holder(text: str) -> tuple[str, int | None]:
    """Read what the holder wrote about itself: purpose and pid; empty and None when unreadable."""
    try:
        told = json.loads(text)
        return str(told["purpose"]), int(told["pid"])
    except (ValueError, TypeError, KeyError):
        return "", None


class Lock:
    """Held until released or until this process ends, however it ends: the kernel lets go.

    NB: the file stays when the lock is gone; only the lock on it counts, never its content.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self, purpose: str) -> None:
        """Take it or raise AlreadyRunning; `purpose` is the subcommand to name to others."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            told, pid = holder(file.read())
            file.close()
            raise AlreadyRunning(self._path.parent, told, pid) from None
        except BaseException:
            file.close()
            raise
        file.truncate(0)
        file.write(json.dumps({"purpose": purpose, "pid": os.getpid()}))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; no error when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
