"""Reading the end of a log."""

from pathlib import Path

TAIL_BYTES = 64 * 1024


def size(path: Path) -> int:
    """Bytes in the log; 0 when there is none."""
    return path.stat().st_size if path.exists() else 0


def tail(path: Path, *, start: int = 0, lines: int = 40) -> str:
    """Give the last `lines` lines written after byte `start`; empty when there are none.

    A log that is shorter than `start` was begun anew and is read from its beginning.
    """
    if not path.exists():
        return ""
    with path.open("rb") as log:
        end = log.seek(0, 2)
        log.seek(max(start if start <= end else 0, end - TAIL_BYTES))
        text = log.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])
