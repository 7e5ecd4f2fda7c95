"""Which buys somebody looks for, as a query. Pure."""

import re
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select

from buyqueue.contract.shapes import JobStatus
from projections.tables import BUYS_TABLE
from projections.views import Job

_HEX: Final = re.compile(r"[0-9a-f]{4,32}")
_BASE58: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]+")
_C = BUYS_TABLE.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for; None is anything."""

    user_id: str | None = None
    job_id: UUID | None = None
    status: JobStatus | None = None
    text: str | None = None
    """The beginning of a job's id (4 hex digits or more), a whole mint or a whole signature."""
    before: UUID | None = None
    """Only older buys than this one: the last of the page before."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Buys that somebody looked for, with all that the log says of them before `positions`."""

    jobs: list[Job]
    positions: dict[int, int]
    """Each partition's next offset; one that is not named was not read of."""


def jobs_query(search: Search) -> Select[Any]:
    """Write the query: newest first. Job ids are UUIDv7, so their order is that of creation."""
    query = select(BUYS_TABLE)
    if search.user_id is not None:
        query = query.where(_C.user_id == search.user_id)
    if search.job_id is not None:
        query = query.where(_C.job_id == search.job_id)
    if search.status is not None:
        query = query.where(_C.status == search.status)
    if search.text is not None:
        query = query.where(_named(search.text))
    if search.before is not None:
        query = query.where(_C.job_id < search.before)
    return query.order_by(_C.job_id.desc()).limit(search.limit)


def id_range(text: str) -> tuple[UUID, UUID] | None:
    """Answer the first and the last job id that begins so; None if none can."""
    digits = text.lower().replace("-", "")
    if not _HEX.fullmatch(digits):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def _named(text: str) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = []
    if ids := id_range(text):
        found.append(_C.job_id.between(*ids))
    if _BASE58.fullmatch(text) and 32 <= len(text) <= 44:
        found.append(_C.mint == text)
    if _BASE58.fullmatch(text) and 64 <= len(text) <= 88:
        found.append(_C.signature == text)
    return or_(*found) if found else false()
