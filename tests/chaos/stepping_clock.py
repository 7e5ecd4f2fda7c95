"""A clock whose wall time somebody steps from outside, through a file."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from buyqueue.clock import SystemClock, uuid7

VARIABLE = "CLOCK_FILE"


class SteppingClock(SystemClock):
    """The machine's clock, plus as many seconds as the file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(self._file.read_text()))

    def new_id(self) -> UUID:
        random = super().new_id().bytes[6:]
        return uuid7(max(0, int(self.now().timestamp() * 1000)), random)


def step(file: Path, seconds: float) -> None:
    """Step every clock that reads this file, at once and whole."""
    scratch = file.with_suffix(".new")
    scratch.write_text(str(seconds))
    scratch.rename(file)
