"""Why a state directory cannot be used.

StateError
  AlreadyRunning   another process works in it
  NotOurs          it holds something else, or belongs to another user
The text says what to do.
"""

from pathlib import Path


class StateError(Exception):
    """The state directory cannot be used."""


class AlreadyRunning(StateError):
    """Another process works in this directory; `pid` is None when it could not be told."""

    def __init__(self, home: Path, purpose: str, pid: int | None) -> None:
        who = f"`buyq {purpose}`" if purpose else "another start"
        end = f"Stop it (Ctrl-C in its terminal, or `kill {pid}`)" if pid else "Stop it"
        super().__init__(
            f"{who} is already running as pid {pid or 'unknown'} in {home}. "
            f"{end}, or give this one a directory of its own with BUYQ_HOME."
        )
        self.home = home
        self.pid = pid


class NotOurs(StateError):
    """The directory was not made by us, so nothing is written to or removed from it."""
