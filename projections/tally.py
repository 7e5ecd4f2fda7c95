"""How all buys stand, counted for an operator."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, Integer, Select, case, func, literal, select

from projections.tables import BUYS_TABLE, POISON_RECORDS

OPEN: Final = ("queued", "active")
_C = BUYS_TABLE.c


@dataclass(frozen=True, slots=True)
class Venue:
    """How buys ended at a venue; the empty name is of those that ended before one was chosen."""

    platform: str
    completed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts, as far as the projection has read the log."""

    queued: int
    active: int
    outcome_unknown: int
    unreadable: int
    """Records of the log that cannot be read."""
    ended: Mapping[str, int]
    """By status, since the time that was asked for."""
    venues: tuple[Venue, ...]
    """Since the same time."""


def open_query(partitions: Collection[int] | None = None) -> Select[Any]:
    """Count what is open, by status and by whether the outcome is unknown; None is everywhere."""
    query = (
        select(_C.status, _C.outcome_unknown, func.count().label("count"))
        .where(_C.status.in_(OPEN))
        .group_by(_C.status, _C.outcome_unknown)
    )
    if partitions is None:
        return query
    # One array, so that the statement is the same for any number: it stays prepared.
    return query.where(_C.partition == func.any(literal(sorted(partitions), ARRAY(Integer))))


def ended_query(since: datetime) -> Select[Any]:
    """Count what has ended, by status and venue; a failed buy's venue is in its result."""
    platform = func.coalesce(func.jsonb_extract_path_text(_C.result, "platform"), "")
    named = case((_C.platform.is_not(None), _C.platform), else_=platform).label("venue")
    return (
        select(_C.status, named, func.count().label("count"))
        .where(_C.completed_at >= since)
        .group_by(_C.status, named)
    )


def unreadable_query() -> Select[Any]:
    """Count the records that cannot be read."""
    return select(func.count().label("count")).select_from(POISON_RECORDS)


def tally_of(standing: list[Any], ended: list[Any], unreadable: int) -> Tally:
    """Add up what the queries answered."""
    by_status: dict[str, int] = {}
    venues: dict[str, dict[str, int]] = {}
    for row in ended:
        by_status[row.status] = by_status.get(row.status, 0) + row.count
        if row.status in ("completed", "failed"):
            of_venue = venues.setdefault(row.venue, {})
            of_venue[row.status] = of_venue.get(row.status, 0) + row.count
    return Tally(
        queued=sum(row.count for row in standing if row.status == "queued"),
        active=sum(row.count for row in standing if row.status == "active"),
        outcome_unknown=sum(row.count for row in standing if row.outcome_unknown),
        unreadable=unreadable,
        ended=by_status,
        venues=tuple(
            Venue(name, counts.get("completed", 0), counts.get("failed", 0))
            for name, counts in sorted(venues.items())
        ),
    )
