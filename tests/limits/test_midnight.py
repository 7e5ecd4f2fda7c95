"""An order belongs to one day, also where midnight passes while it is taken."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from api.limits.abuse import Abuse
from api.limits.caps import Caps
from api.orders.draft import Draft, draft_of
from api.orders.mints import Mints
from api.parts import Parts
from api.submissions.appending import Appending
from api.submissions.rows import Rows
from api.submissions.submitter import Submitter
from api.submissions.tickets import Ticket, Tickets
from api.web.problem import Problem
from buyqueue.clock import SystemClock
from tests.controls.start_requests import example

CAP = 10**9
BEFORE = datetime(2026, 3, 1, 23, 59, 59, 990_000, tzinfo=UTC)


class Stepped(SystemClock):
    """Stands, unless it is stepped."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class SlowTickets(Tickets):
    """Takes 20 ms, as a look for a signer in Postgres may."""

    clock: Stepped

    async def issue(self, draft: Draft, job_id: UUID) -> Ticket:
        self.clock.at += timedelta(milliseconds=20)
        return await super().issue(draft, job_id)


def submitter_at(parts: Parts, clock: Stepped) -> Submitter:
    timeout_ms = 5_000
    abuse = Abuse(parts.engine, clock, timeout_ms=timeout_ms)
    caps = Caps(spend_cap_lamports=CAP, max_open=0, abuse=abuse)
    rows = Rows(parts.engine, timeout_ms=timeout_ms, caps=caps)
    tickets = SlowTickets(engine=parts.engine, sealer=parts.sealer, timeout_ms=timeout_ms)
    tickets.clock = clock
    appending = Appending(
        rows=rows,
        log=parts.log,
        brokers=parts.brokers,
        clock=SystemClock(),
        writer="api/test",
        timeout_ms=timeout_ms,
    )
    mints = Mints(parts.nodes)
    return Submitter(rows=rows, appending=appending, mints=mints, tickets=tickets, clock=clock)


async def buy(parts: Parts, sol: str, at: datetime = BEFORE) -> int:
    """Submit an order then; answer 202, or the status that it is refused with."""
    body = example(userId="late", buyAmount=Decimal(sol), priorityFee=Decimal(0))
    submitter = submitter_at(parts, Stepped(at))
    try:
        await submitter.submit(draft_of(body, max_lamports=10**12), None)
    except Problem as refused:
        return refused.status if refused.code == "spend_cap_reached" else 0
    return 202


async def test_the_cap_holds_across_midnight(parts: Parts) -> None:
    assert [403, 202, 429, 202] == [await buy(parts, sol) for sol in ("500", "0.6", "0.6", "0.4")]


@pytest.mark.parametrize(("later_ms", "expected"), [(9, 429), (10, 202)])
async def test_an_order_counts_for_the_day_of_its_job(
    parts: Parts, later_ms: int, expected: int
) -> None:
    """Whose id says it, and not the moment when its ticket was there."""
    assert await buy(parts, "0.6") == 202
    assert expected == await buy(parts, "0.6", BEFORE + timedelta(milliseconds=later_ms))
