"""What came of a scenario: one row of the table."""

import asyncio
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args
from uuid import UUID

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, Failed, State, Stopped
from buyqueue.log.reader import LogReader
from tests.chaos.checker import broken
from tests.chaos.evidence import Asked, Broken, Evidence, Kind, Listened, Projected
from tests.chaos.gathering import keys_left, on_chain, whole_log
from tests.chaos.leaks import leaked
from tests.chaos.orders import Orders
from tests.chaos.site import Site
from tests.projections.buys import caught_up, expected, projected, read_log

KEYS_WITHIN_S = 15.0
KINDS: tuple[Kind, ...] = get_args(Kind)


class Behind(Exception):
    """The projection does not catch up with the log."""


@dataclass(frozen=True)
class Verdict:
    """A scenario's figures, and every promise that was broken."""

    fault: str
    count: int
    buys: int
    bought: int
    """The others failed or were cancelled, each with an end in the record."""
    broken: Sequence[Broken]
    held_up_ms: Sequence[int] = ()
    unbought: Mapping[str, int] = field(default_factory=dict)
    """How many ended without a purchase, by the code of their failure, or `cancelled`."""

    def of_kind(self, kind: Kind) -> int:
        """Count the buys with such a broken promise; what concerns no single buy counts one."""
        jobs: set[UUID | int | None] = set()
        for number, one in enumerate(self.broken):
            if one.kind == kind:
                jobs.add(one.job_id or number)
        return len(jobs)

    @property
    def row(self) -> str:
        """Write a row of markdown."""
        kinds = " | ".join(str(self.of_kind(kind)) for kind in KINDS)
        held = "-"
        if self.held_up_ms:
            middle, most = statistics.median(self.held_up_ms), max(self.held_up_ms)
            held = f"{middle / 1000:.1f} s / {most / 1000:.1f} s"
        return f"| {self.fault} | {self.count} | {self.buys} | {self.bought} | {kinds} | {held} |"


HEAD = (
    "| fault | faults | buys | bought | double | lost | wrong | keys seen | held up, p50 / max |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


async def evidence_of(
    site: Site, asked: Sequence[Asked], listened: Listened | None = None, *, rows: bool = True
) -> Evidence:
    """Read everything there is; with `rows`, a projector has to be running."""
    kafka = site.settings.kafka_bootstrap_servers
    jobs = {one.job_id for one in asked}
    for _ in range(int(KEYS_WITHIN_S / 0.2)):
        if not await keys_left(site.engine, jobs):
            break
        await asyncio.sleep(0.2)
    found = None
    if rows:
        found = await _projected(site, kafka)
    chain = {one.job_id: on_chain(site.chain.node.chain, one) for one in asked}
    keys = await keys_left(site.engine, jobs)
    return Evidence(asked, await whole_log(kafka), chain, keys, found, listened)


async def _projected(site: Site, kafka: str) -> Projected:
    """Compare both at one moment: between two equal ends of a log that still grows a little."""
    while True:
        before = await ends(kafka)
        try:
            await caught_up(site.engine, kafka)
        except TimeoutError:
            raise Behind(site.tails("projector")) from None
        found, wanted = await projected(site.engine), expected(await read_log(kafka))
        if before == await ends(kafka):
            return Projected(found, wanted)


async def ends(kafka: str) -> dict[int, int]:
    """Answer the log's end in each partition."""
    async with LogReader(kafka, client_id="checker") as reader:
        return await reader.ends(await reader.partitions())


async def judge(
    site: Site,
    fault: str,
    count: int,
    orders: Orders,
    held_up_ms: Sequence[int] = (),
    listened: Listened | None = None,
) -> Verdict:
    """Check everything and write down what came of it."""
    asked = orders.asked
    evidence = await evidence_of(site, asked, listened)
    bought = sum(bool(one.landed) for one in evidence.chain.values())
    seen = await asyncio.to_thread(leaked, orders.keypairs, site.folders, site.children)
    found = [*broken(evidence), *seen]
    ends = unbought(evidence)
    return Verdict(fault, count, len(asked), bought, found, held_up_ms, ends)


def unbought(evidence: Evidence) -> dict[str, int]:
    """Count the buys whose end is no purchase, by what the log says of it."""
    states: dict[UUID, State] = {}
    for record in evidence.log:
        job_id = record.event.job_id
        states[job_id] = evolve(states.get(job_id, Absent()), record.event).state
    counts: Counter[str] = Counter()
    for asked in evidence.asked:
        match states.get(asked.job_id):
            case Failed(code=code):
                counts[code] += 1
            case Stopped():
                counts["cancelled"] += 1
    return dict(counts.most_common())
