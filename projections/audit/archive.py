"""The file of an export: a tar of four members in one order, with nothing left to choose.

So that every byte of the file follows from the members, and a changed one is found wherever it is.
"""

import shutil
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Final

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
TABLE: Final = "buys.csv"
RECORDS: Final = "events.jsonl"
MEMBERS: Final = (MANIFEST, SIGNATURE, TABLE, RECORDS)
_BLOCK: Final = tarfile.BLOCKSIZE
_END: Final = bytes(2 * _BLOCK)


class NotIntact(Exception):
    """The file is not as it was made; the text says where it was noticed."""


def pack(to: Path, members: Mapping[str, Path | bytes]) -> None:
    """Write the file: whole or not at all."""
    scratch = to.with_name(f"{to.name}.new")
    with scratch.open("wb") as file:
        for name in MEMBERS:
            content = members[name]
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            file.write(header(name, size))
            with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
                shutil.copyfileobj(source, file)
            file.write(bytes(-size % _BLOCK))
        file.write(_END)
    scratch.replace(to)


def header(name: str, size: int) -> bytes:
    """Write a member's header: for its owner, of no time, of nobody."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


class Member:
    """A member to read once from its beginning to its end. Its size is what its header says."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        head = file.read(_BLOCK)
        try:
            self.size = tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape").size
        except tarfile.HeaderError:
            raise NotIntact(f"there is no header of {name}") from None
        if self.size < 0 or head != header(name, self.size):
            raise NotIntact(f"the header of {name} is not as it is written")
        self.name = name
        self.sha256 = sha256()
        self._file = file
        self._left = self.size

    def line(self) -> bytes:
        """Read the next line with its end; nothing after the last one."""
        return self._took(self._file.readline(self._left))

    def rest(self) -> bytes:
        """Read what is left."""
        return self._took(self._file.read(self._left))

    def close(self) -> None:
        """Read to the beginning of the next one; raises NotIntact."""
        while self._left:
            if not self._took(self._file.read(min(self._left, 1 << 20))):
                raise NotIntact(f"{self.name} is cut off")
        padding = -self.size % _BLOCK
        if self._file.read(padding) != bytes(padding):
            raise NotIntact(f"something stands behind {self.name}")

    def _took(self, data: bytes) -> bytes:
        self._left -= len(data)
        self.sha256.update(data)
        return data


def check_end(file: IO[bytes]) -> None:
    """Raise NotIntact unless only the end follows."""
    if file.read(len(_END) + 1) != _END:
        raise NotIntact("the file does not end as it should")
