"""Checking an export without the log, the chain or us. Needs the file, and whose key to trust."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from buyqueue.errors import InvalidMessage
from buyqueue.events.codec import decode
from projections.audit.archive import (
    MANIFEST,
    RECORDS,
    SIGNATURE,
    TABLE,
    Member,
    NotIntact,
    check_end,
)
from projections.audit.canonical import canonical
from projections.audit.export import FORMAT
from projections.audit.hashes import Tree, beginning, link
from projections.audit.signing import BadKey, is_signed


@dataclass(frozen=True, slots=True)
class Intact:
    """What a file that is as it was made says of itself."""

    manifest: Mapping[str, Any]
    table: str
    """The buys, as CSV."""
    continued: int
    """Buys whose first records are in an earlier export."""


def verify(file: Path, public_key: str | None) -> Intact:
    """Check every byte of a file; raises NotIntact, OSError.

    Without a public key, it is only sure that the file is as the holder of the key that it names
    made it, and anybody can make a key.
    """
    try:
        return _verify(file, public_key)
    except (KeyError, TypeError, ValueError) as error:
        raise NotIntact(f"it is not written as an export: {error!r}") from None


def _verify(file: Path, public_key: str | None) -> Intact:
    with file.open("rb") as source:
        text, signature = (_small(Member(source, name)) for name in (MANIFEST, SIGNATURE))
        manifest = _manifest(text, signature, public_key)
        table = Member(source, TABLE)
        csv = table.rest()
        _close(table, manifest)
        lines = _Lines(manifest)
        records = Member(source, RECORDS)
        while line := records.line():
            lines.take(line)
        _close(records, manifest)
        check_end(source)
    lines.close()
    return Intact(manifest, csv.decode(), lines.continued)


def _small(member: Member) -> bytes:
    text = member.rest()
    member.close()
    return text


def _manifest(text: bytes, signature: bytes, public_key: str | None) -> dict[str, Any]:
    manifest = _canonical_object(text, "the manifest")
    if manifest.get("format") != FORMAT:
        raise NotIntact("the manifest is of no format that this version knows")
    try:
        signed = is_signed(str(manifest.get("publicKey")), text, signature)
    except BadKey as error:
        raise NotIntact(str(error)) from None
    if not signed:
        raise NotIntact("the signature is not that of the manifest by the key it names")
    if public_key is not None and manifest["publicKey"] != public_key:
        raise NotIntact(f"it is signed by another key: {manifest['publicKey']}")
    return manifest


def _close(member: Member, manifest: Mapping[str, Any]) -> None:
    member.close()
    found = {"sha256": member.sha256.hexdigest(), "bytes": member.size}
    if found != manifest["files"][member.name]:
        raise NotIntact(f"{member.name} is not the one of the manifest")


@dataclass(slots=True)
class _Lines:
    """Follows the records: each is well-formed, in its place, and the next of its buy's chain."""

    manifest: Mapping[str, Any]
    continued: int = 0
    _tree: Tree = field(default_factory=Tree)
    _heads: dict[str, str] = field(default_factory=dict)
    _place: tuple[int, int] = (-1, -1)

    def take(self, line: bytes) -> None:
        entry = _canonical_object(line.removesuffix(b"\n"), f"record {self._tree.size + 1}")
        self._tree.add(line.removesuffix(b"\n"))
        place = (entry["partition"], entry["offset"])
        where = f"the record at {place[0]}:{place[1]}"
        if place <= self._place:
            raise NotIntact(f"{where} is out of order")
        self._place = place
        _check_value(entry, where)
        if entry["jobId"] is not None:
            self._follow(entry, where)

    def close(self) -> None:
        if self._tree.size != self.manifest["records"]:
            raise NotIntact("there are not as many records as the manifest says")
        if self._tree.root().hex() != self.manifest["merkleRoot"]:
            raise NotIntact("the records do not have the manifest's Merkle root")

    def _follow(self, entry: dict[str, Any], where: str) -> None:
        job, before, after = entry["jobId"], entry.pop("chainBefore"), entry.pop("chain")
        first = beginning(UUID(job)).hex()
        known = self._heads.get(job)
        if known is None and before != first:
            self.continued += 1
        elif known is not None and before != known:
            raise NotIntact(f"{where} does not follow the one before it of its buy")
        if link(bytes.fromhex(before), canonical(entry)).hex() != after:
            raise NotIntact(f"{where} is not the one of its buy's chain")
        self._heads[job] = after


def _check_value(entry: dict[str, Any], where: str) -> None:
    """Raise NotIntact if what is beside an event for readers is not what the event says."""
    if entry["value"] is None or entry["jobId"] is None:
        return
    try:
        event = decode(entry["value"].encode())
    except InvalidMessage:
        return  # of a version that is not ours
    if (str(event.job_id), event.type) != (entry["jobId"], entry["type"]):
        raise NotIntact(f"{where} says something else beside its event")


def _canonical_object(text: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=_no_float)
        written = canonical(value)
    except (ValueError, RecursionError):
        raise NotIntact(f"{what} is not JSON as it is written") from None
    if written != text or not isinstance(value, dict):
        raise NotIntact(f"{what} is not JSON as it is written")
    return value


def _no_float(text: str) -> float:
    raise ValueError(text)
