"""The hashes of an export: a Merkle tree over its lines, and a chain through each buy.

The tree is RFC 6962's (section 2.1): SHA-256, leaves and nodes told apart by their first byte, so
that no node can pass for a leaf. The chain has first bytes of its own.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_BEGINNING: Final = b"\x02"
_LINK: Final = b"\x03"


def beginning(job_id: UUID) -> bytes:
    """Answer the hash before a buy's first record."""
    return sha256(_BEGINNING + job_id.bytes).digest()


def link(before: bytes, record: bytes) -> bytes:
    """Answer the hash after a record of a buy, from the one before it."""
    return sha256(_LINK + before + record).digest()


class Tree:
    """The root of a Merkle tree whose leaves come one by one; keeps log2(n) hashes."""

    def __init__(self) -> None:
        self._whole: list[tuple[int, bytes]] = []
        """Roots of complete subtrees with their sizes, the largest first."""
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        size, node = 1, sha256(_LEAF + leaf).digest()
        while self._whole and self._whole[-1][0] == size:
            _, left = self._whole.pop()
            size, node = size * 2, sha256(_NODE + left + node).digest()
        self._whole.append((size, node))
        self.size += 1

    def root(self) -> bytes:
        """Answer the root; that of no leaves is the hash of nothing."""
        if not self._whole:
            return sha256().digest()
        *others, (_, node) = self._whole
        for _, left in reversed(others):
            node = sha256(_NODE + left + node).digest()
        return node
