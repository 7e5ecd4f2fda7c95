"""Which jars make a Kafka node: `jars.lock`, one `group:artifact:version sha256 size` a line.

The list is locked, not resolved on the user's machine: a start downloads what was tested, is
checked byte for byte, and walks no dependency tree. `python -m sandbox.kafka.relock` writes it.
"""

from dataclasses import dataclass
from pathlib import Path

KAFKA_VERSION = "4.3.1"
LOCK = Path(__file__).with_name("jars.lock")


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar; `size` in bytes."""

    coordinate: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """Its name in a flat directory."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def parse(text: str) -> tuple[Jar, ...]:
    """Read a lock; ValueError when a line is not three words."""
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinate, sha256, int(size)) for coordinate, sha256, size in rows)


def render(jars: tuple[Jar, ...]) -> str:
    """Write a lock, in the order of the classpath."""
    head = "# Written by python -m sandbox.kafka.relock: coordinate, sha256, bytes.\n"
    return head + "".join(f"{jar.coordinate} {jar.sha256} {jar.size}\n" for jar in jars)


def locked() -> tuple[Jar, ...]:
    """Read the jars of this version."""
    return parse(LOCK.read_text())
