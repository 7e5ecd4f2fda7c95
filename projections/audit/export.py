"""Writing an export: what the log took within a span of time, for somebody who does not trust us.

The same span of the same log gives the same bytes, whoever makes it whenever, with the same key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from buyqueue.log.reader import LogReader
from buyqueue.log.topic import BUYS
from buyqueue.secret import Secret
from projections.audit.archive import MANIFEST, RECORDS, SIGNATURE, TABLE, pack
from projections.audit.canonical import canonical
from projections.audit.entry import Chains, Entry, Folding, recorded_at, rfc3339
from projections.audit.hashes import Tree
from projections.audit.signing import public_key_of, sign
from projections.audit.table import COLUMNS, Ending, row, settle, write

FORMAT: Final = "buyq audit export 1"


@dataclass(frozen=True, slots=True)
class Span:
    """What the log took from a time on and before another. `first` None: from its beginning."""

    first: datetime | None
    end: datetime

    def __post_init__(self) -> None:
        """Cut both to the millisecond, as the manifest writes them and the broker stamps records.

        Whoever exports what a manifest names then asks for the very same span.
        """
        for name in ("first", "end"):
            if (moment := getattr(self, name)) is not None:
                cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
                object.__setattr__(self, name, cut)


@dataclass(slots=True)
class Walk:
    """What is known while one partition is read. A buy lives in one, so nothing else is kept."""

    start: int
    end: int
    folding: Folding = field(default_factory=Folding)
    chains: Chains = field(default_factory=Chains)
    endings: dict[UUID, Ending] = field(default_factory=dict)
    records: dict[UUID, int] = field(default_factory=dict)
    """Of each buy of the span, in order of its first record there."""
    begun: bool = False


class Export:
    """Takes the records of one partition after the other, in order, and packs the file."""

    def __init__(self, span: Span, folder: Path) -> None:
        self._span = span
        self._lines = (folder / RECORDS).open("wb")
        self._table = (folder / TABLE).open("wb")
        self._table.write(write([COLUMNS]))
        self._folder = folder
        self._tree = Tree()
        self._ranges: list[dict[str, int]] = []
        self._buys = 0

    def partition(self, records: list[ConsumerRecord], at: Walk, number: int) -> bool:
        """Take the next records; tell whether the span goes on behind them."""
        for raw in records:
            taken = recorded_at(raw)
            if taken >= self._span.end:
                at.end = raw.offset
                return False
            if not at.begun and (self._span.first is None or taken >= self._span.first):
                at.begun, at.start = True, raw.offset
            self._take(at.folding.entry(number, raw), at)
        return True

    def close(self, at: Walk, number: int) -> None:
        """Write the rows of a partition's buys."""
        if not at.begun:
            at.start = at.end
        self._ranges.append({"partition": number, "start": at.start, "end": at.end})
        self._buys += len(at.records)
        self._table.write(
            write(
                row(job, at.folding.states[job], at.endings.get(job), count, at.chains.heads[job])
                for job, count in at.records.items()
            )
        )

    def pack(self, key: Secret, to: Path) -> Mapping[str, Any]:
        """Write the file and answer its manifest."""
        self._lines.close()
        self._table.close()
        manifest = {
            "format": FORMAT,
            "topic": BUYS,
            "from": rfc3339(self._span.first) if self._span.first else None,
            "to": rfc3339(self._span.end),
            "partitions": self._ranges,
            "records": self._tree.size,
            "buys": self._buys,
            "merkleRoot": self._tree.root().hex(),
            "files": {name: _digest(self._folder / name) for name in (RECORDS, TABLE)},
            "publicKey": public_key_of(key),
        }
        text = canonical(manifest)
        members: dict[str, Path | bytes] = {MANIFEST: text, SIGNATURE: sign(key, text)}
        pack(to, members | {name: self._folder / name for name in (TABLE, RECORDS)})
        return manifest

    def _take(self, entry: Entry, at: Walk) -> None:
        line = canonical(at.chains.line(entry))
        event = entry.event
        settle(at.endings, entry)
        if at.begun:
            self._lines.write(line + b"\n")
            self._tree.add(line)
            if event is not None:
                at.records[event.job_id] = at.records.get(event.job_id, 0) + 1


async def export(reader: LogReader, span: Span, key: Secret, to: Path) -> Mapping[str, Any]:
    """Read the log up to the end of the span and write the file; answer its manifest.

    Reads from the log's beginning, as each buy's chain begins at its first record; holds one
    partition's buys in memory. Raises Unavailable if Kafka does not answer, OSError.
    """
    partitions = await reader.partitions()
    starts, ends = await reader.starts(partitions), await reader.ends(partitions)
    with TemporaryDirectory(dir=to.parent, prefix=f"{to.name}.") as folder:
        made = Export(span, Path(folder))
        for number in partitions:
            at = Walk(ends[number], ends[number])
            async for batch in reader.scan({number: starts[number]}, {number: ends[number]}):
                if not made.partition(batch[number], at, number):
                    break
            made.close(at, number)
        return made.pack(key, to)


def _digest(file: Path) -> dict[str, Any]:
    digest = sha256()
    with file.open("rb") as source:
        while data := source.read(1 << 20):
            digest.update(data)
    return {"sha256": digest.hexdigest(), "bytes": file.stat().st_size}
