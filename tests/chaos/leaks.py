"""Looking for wallet keys where none may be: every file and every process that a scenario left."""

import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from solders.keypair import Keypair

from sandbox.processes.child import Child
from tests.canaries import canaries
from tests.chaos.evidence import Broken

LOOKED_FOR: Final = 25
"""Keys, each in fifteen ways: the time it takes grows with them."""


def leaked(
    keypairs: Sequence[Keypair], folders: Iterable[Path], children: Iterable[Child]
) -> list[Broken]:
    """Read Kafka's log directories, Postgres' data and its write-ahead log, the logs of every
    process, what the outside heard of them (`Overheard`: socket frames, answers, metrics), and the
    arguments of those that run; answer each place that holds a key.

    The keys are spread over the whole run, the first and the last among them.
    """
    step = max(1, len(keypairs) // LOOKED_FOR)
    known = [form for one in {*keypairs[::step], *keypairs[-1:]} for form in canaries(one)]
    found = [
        Broken("leaked", None, f"a key stands in {path}")
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size and _holds(path, known)
    ]
    named = [one.command.name for one in children if one.running and _any(_arguments(one), known)]
    return [*found, *(Broken("leaked", None, f"a key is an argument of {name}") for name in named)]


def _holds(path: Path, known: Sequence[bytes]) -> bool:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            written = list(_written(file.fileno(), len(text)))
            return any(text.find(form, *part) >= 0 for part in written for form in known)
    except (OSError, ValueError):  # it went away, or became empty, between the two looks
        return False


def _written(file: int, size: int) -> Iterator[tuple[int, int]]:
    """Answer the parts of a file that hold data: Kafka's indexes are holes, gigabytes in all."""
    place = 0
    while place < size:
        try:
            start = os.lseek(file, place, os.SEEK_DATA)
        except OSError:  # nothing but a hole follows
            return
        place = os.lseek(file, start, os.SEEK_HOLE)
        yield start, place


def _any(text: bytes, known: Sequence[bytes]) -> bool:
    return any(form in text for form in known)


def _arguments(child: Child) -> bytes:
    try:
        return Path(f"/proc/{child.pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""
