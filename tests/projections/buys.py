"""Histories to append, and what a projection of the whole log must hold."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, State
from buyqueue.clock import SystemClock
from buyqueue.contract.messages import messages
from buyqueue.contract.progress import queued_progress
from buyqueue.contract.shapes import Shape
from buyqueue.contract.status import outcome_unknown, status_of
from buyqueue.events.codec import Event
from buyqueue.events.events import BuyRequested
from buyqueue.log.journal import Journal
from buyqueue.log.reader import LogReader
from buyqueue.log.record import Recorded
from projections.tables import BUY_EVENTS, BUYS_TABLE, POISON_RECORDS, PROJECTION_OFFSETS
from tests.controls import events as controls
from tests.controls import signatures

CLOCK = SystemClock()
SIGNATURES = controls.SIGNATURES

COMPARED = (
    "status",
    "outcome_unknown",
    "attempt",
    "cursor",
    "signature",
    "progress",
    "result",
)

COURSE: tuple[Callable[[], Event], ...] = (
    lambda: controls.advanced(1),
    lambda: controls.advanced(2),
    lambda: controls.advanced(3),
    controls.quoted,
    controls.signed,
    controls.sent,
    controls.completed,
    controls.finalized,
)

OWN_WALLET: tuple[Callable[[], Event], ...] = (
    *COURSE[:4],
    signatures.signature_requested,
    signatures.signature_answered,
    signatures.signed_by_wallet,
    *COURSE[5:],
)
"""The same where the user's own wallet signs."""


def of_buy(job: UUID, events: Iterable[Event], user: str) -> list[Event]:
    """Make events of one buy of one user; quotes keep their ids, as signatures name them."""
    made = []
    for event in events:
        change: dict[str, Any] = {"job_id": job}
        if event.event_id == controls.JOB:
            change["event_id"] = CLOCK.new_id()
        if isinstance(event, BuyRequested):
            change["user_id"] = user
        made.append(event.model_copy(update=change))
    return made


def some_buy(dice: Random, user: str) -> list[Event]:
    """Make a buy that goes well, or badly, with late and repeated events among the others."""
    custody, steps = dice.choice([("service", COURSE), ("client", OWN_WALLET)])
    made = (make() for make in steps[: dice.randint(0, len(steps))])
    course = [controls.requested(custody=custody), *made]
    strays: list[Callable[[], Event]] = [
        controls.cancelled,
        controls.failed,
        controls.attempt_failed,
        controls.stopped,
        controls.undecided,
        controls.expired,
        lambda: controls.signed(1, SIGNATURES[1]),
        lambda: controls.advanced(dice.randint(1, 4)),
        controls.requested,
        signatures.signature_answered,
        lambda: signatures.signature_answered(signature=None),
        signatures.signature_expired,
        signatures.signature_found,
    ]
    for _ in range(dice.randint(0, 3)):
        course.insert(dice.randint(0, len(course)), dice.choice(strays)())
    return of_buy(CLOCK.new_id(), course, user)


def whole_buy(user: str, steps: int = len(COURSE)) -> list[Event]:
    """Make a buy that goes well, up to a step."""
    return of_buy(
        CLOCK.new_id(), [controls.requested(), *(make() for make in COURSE[:steps])], user
    )


def shuffled(dice: Random, buys: list[list[Event]]) -> list[Event]:
    """Mix several buys, keeping the order of each."""
    queues = [list(reversed(buy)) for buy in buys]
    mixed = []
    while queues:
        queue = dice.choice(queues)
        mixed.append(queue.pop())
        if not queue:
            queues.remove(queue)
    return mixed


async def append_all(journal: Journal, events: list[Event]) -> None:
    """Append in order: one idempotent producer keeps the order within a partition."""
    for start in range(0, len(events), 500):
        await asyncio.gather(*(journal.append(event) for event in events[start : start + 500]))


async def read_log(kafka: str, begins: Mapping[int, int] | None = None) -> list[tuple[Any, bytes]]:
    """Read the log: records and their bytes, by partition and offset."""
    async with LogReader(kafka, client_id="test") as reader:
        ends = await reader.ends(await reader.partitions())
        starts = dict.fromkeys(ends, 0) | dict(begins or {})
        reader.start_at(starts)
        seen: list[Any] = []
        count = sum(ends.values()) - sum(starts.values())
        while len(seen) < count:
            seen += await reader.read()
    raw = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await raw.start()
    places = [TopicPartition("buys", p) for p in ends]
    raw.assign(places)
    for place in places:
        raw.seek(place, starts[place.partition])
    texts: dict[tuple[int, int], bytes] = {}
    while len(texts) < count:
        for place, records in (await raw.getmany(timeout_ms=500)).items():
            texts |= {(place.partition, r.offset): r.value for r in records}
    await raw.stop()
    seen.sort(key=lambda record: (record.partition, record.offset))
    return [(record, texts[record.partition, record.offset]) for record in seen]


def expected(log: list[tuple[Any, bytes]]) -> dict[str, Any]:
    """Fold the log without the projection's own code."""
    states: defaultdict[UUID, State] = defaultdict(Absent)
    found: dict[str, Any] = {"events": [], "poison": [], "buys": {}}
    for record, text in log:
        place = (record.partition, record.offset)
        if not isinstance(record, Recorded):
            found["poison"].append((*place, record.reason))
            continue
        before, event = states[record.event.job_id], record.event
        after, ignored = evolve(before, event)
        states[event.job_id] = after
        body = text.decode().replace(":NaN", ":null").replace("-Infinity", "null")
        found["events"].append((*place, str(event.job_id), event.type, ignored, body))
        if isinstance(after, Absent) or ignored:
            continue
        row = found["buys"].setdefault(str(event.job_id), {"result": None})
        row |= {
            "status": status_of(after),
            "outcome_unknown": outcome_unknown(after),
            "attempt": after.course.attempt,
            "cursor": record.offset,
            "signature": getattr(after, "signature", None),
        }
        if isinstance(event, BuyRequested):
            placed = {"partition": record.partition, "cursor": record.offset}
            row["progress"] = shown(queued_progress(after.course.order).model_copy(update=placed))
        for message in messages(before, after, event, *place):
            name = message.name.removeprefix("external_buy_")
            if name in ("progress", "result"):
                row[name] = shown(message.payload)
    return found


def shown(payload: Shape) -> dict[str, Any]:
    """Write a payload as Postgres can hold it."""
    return dict(_without_nul(payload.json_object()))


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case dict():
            return {name: _without_nul(inner) for name, inner in value.items()}
        case _:
            return value


async def projected(engine: AsyncEngine) -> dict[str, Any]:
    """Read what the projection holds, in the shape of `expected`."""
    async with engine.connect() as connection:
        e = BUY_EVENTS.c
        events = await connection.execute(
            select(e.partition, e.cursor, e.job_id, e.type, e.ignored, e.body).order_by(
                e.partition, e.cursor
            )
        )
        poison = await connection.execute(select(POISON_RECORDS).order_by("partition", "cursor"))
        buys = await connection.execute(select(BUYS_TABLE))
        rows = {
            str(row["job_id"]): {name: row[name] for name in COMPARED} for row in buys.mappings()
        }
        return {
            "events": [(r[0], r[1], str(r[2]), *r[3:]) for r in events],
            "poison": [tuple(row) for row in poison],
            "buys": rows,
        }


async def every_row(engine: AsyncEngine) -> str:
    """Write all rows of the projection as one text, to compare two of them."""
    texts = []
    async with engine.connect() as connection:
        tables: tuple[Table, ...] = (BUYS_TABLE, BUY_EVENTS, POISON_RECORDS, PROJECTION_OFFSETS)
        for table in tables:
            rows = await connection.execute(select(table).order_by(*table.primary_key))
            texts.append([[str(value) for value in row] for row in rows])
    return json.dumps(texts, indent=1)


async def caught_up(engine: AsyncEngine, kafka: str, within_s: float = 60) -> None:
    """Wait until the projection has read the log to its end."""
    async with LogReader(kafka, client_id="test") as reader:
        ends = await reader.ends(await reader.partitions())
    wanted = {p: end for p, end in ends.items() if end}
    reached: dict[int, int] = {}
    try:
        async with asyncio.timeout(within_s):
            while not wanted.items() <= reached.items():
                async with engine.connect() as connection:
                    rows = await connection.execute(select(PROJECTION_OFFSETS))
                reached = {r.partition: r.next_offset for r in rows}
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"read up to {reached} of {wanted} in {within_s} s") from None
