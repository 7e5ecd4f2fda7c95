"""The files of the page, as the package's build has left them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "assets"
INDEX: Final = "index.html"
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class Assets:
    """The page in memory; nothing is read from the disk for a request."""

    files: Mapping[str, bytes]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Assets":
        """Read the page; it is empty where it was not built."""
        found = (path for path in sorted(folder.rglob("*")) if path.suffix in TYPES)
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in found})

    @property
    def index(self) -> bytes | None:
        """The page itself; None where it was not built."""
        return self.files.get(INDEX)
