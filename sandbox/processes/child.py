"""A child process that cannot outlive us."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

from sandbox.processes import logs
from sandbox.processes.command import Command
from sandbox.processes.errors import EndedEarly

LEASH = Path(__file__).with_name("leash.py")
POLL_S = 0.02
LEASH_MARGIN_S = 5.0
UNCHANGED = "-1"


def leashed(command: Command) -> list[str]:
    """Write the argv that runs `command` under a leash."""
    account = command.account
    return [
        sys.executable,
        "-I",  # nothing of the caller's environment steers the leash
        "-S",  # it needs no packages, so it starts in a few ms
        str(LEASH),
        str(command.grace_ms),
        str(int(command.stop_signal)),
        UNCHANGED if account is None else str(account.uid),
        UNCHANGED if account is None else str(account.gid),
        *command.argv,
    ]


class Child:
    """One child process; may be started again after it ended.

    It is gone soon after this process is, however this one ends. A Ctrl-C in the terminal does not
    reach it: whoever started it decides the order of the stops.

    NB: a bare os.fork() of this process would share the pipe the child hangs on; the subprocess
    module and asyncio do not.
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self._leash: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The pid of the program itself; LookupError when it was never started."""
        if self._pid is None:
            raise LookupError(f"{self.command.name} was not started")
        return self._pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs (or was never started); 128 + n when signal n ended it."""
        return None if self._leash is None else self._leash.poll()

    @property
    def running(self) -> bool:
        """True from a start to its end."""
        return self._leash is not None and self._leash.poll() is None

    def tail(self, lines: int = 40) -> str:
        """Give the last lines this start wrote to the log."""
        return logs.tail(self.command.log, start=self._log_start, lines=lines)

    async def start(self) -> None:
        """Return once the program runs; waits for an earlier one on the same log to be gone.

        EndedEarly when it could not even be begun.
        """
        if self.running:
            return
        await self.stop()
        self._leash, said = self._launch()
        try:
            line = await asyncio.to_thread(said.readline)
        except asyncio.CancelledError:
            await self.stop()
            raise
        if not line:
            await self.stop()
            raise EndedEarly(f"{self.command.name} could not be started\n{self.tail()}")
        self._pid = int(line)

    async def wait(self) -> int:
        """Wait for its end; the exit code. LookupError when it was never started."""
        if self._leash is None:
            raise LookupError(f"{self.command.name} was not started")
        # Asked again and again: a waiting thread per child would use up the loop's few threads.
        while (code := self._leash.poll()) is None:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
        self._close()
        return code

    async def stop(self) -> None:
        """End it: gracefully, then by force when the grace is over. Nothing to do: no error."""
        if self._leash is None:
            return
        self._cut()
        try:
            async with asyncio.timeout(self.command.grace_ms / 1000 + LEASH_MARGIN_S):
                await self.wait()
        except TimeoutError:
            # A leash that does not react takes its child along (Linux).
            self._leash.kill()
            await self.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program and what it started in its group, if it runs."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _launch(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        log = self.command.log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = logs.size(log)
        with log.open("ab") as sink:
            leash = subprocess.Popen(  # noqa: S603 (argv is ours)
                leashed(self.command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                env=None if self.command.env is None else dict(self.command.env),
                cwd=self.command.cwd,
                start_new_session=True,
            )
        return leash, cast("IO[bytes]", leash.stdout)

    def _cut(self) -> None:
        if self._leash is not None and self._leash.stdin is not None:
            self._leash.stdin.close()

    def _close(self) -> None:
        self._cut()
        if self._leash is not None and self._leash.stdout is not None:
            self._leash.stdout.close()
