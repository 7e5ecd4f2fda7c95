"""What to run, as whom, and how it ends."""

import os
import pwd
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """One child process: `argv[0]` is a path or is looked up in PATH.

    `env` replaces the environment; None passes on ours. Both outputs are appended to `log`.
    Stopping sends `stop_signal` and, `grace_ms` later, SIGKILL. `account` needs root.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_ms: int = 10_000


def unprivileged() -> Account | None:
    """Who runs a program that refuses root: `nobody`, or None when we are not root anyway.

    NB: it must be an account the machine knows, initdb looks its name up.
    """
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account("nobody", nobody.pw_uid, nobody.pw_gid)
