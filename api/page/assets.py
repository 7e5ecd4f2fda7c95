"""The files of the pages, as the package's build has left them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "assets"
INDEX: Final = "index.html"
REFERENCE: Final = "docs.html"
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class Assets:
    """The pages in memory; nothing is read from the disk for a request."""

    files: Mapping[str, bytes]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Assets":
        """Read the pages; there are none where they were not built."""
        found = (path for path in sorted(folder.rglob("*")) if path.suffix in TYPES)
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in found})

    def file_of(self, digest: str, name: str) -> bytes | None:
        """Answer a file that a page names; None for any other, and for those of another build."""
        named = f'/page/{digest}/{name}"'.encode()
        pages = (self.files.get(page, b"") for page in (INDEX, REFERENCE))
        return self.files.get(name) if any(named in page for page in pages) else None
