"""A worker that dies leaves the trace in the log: who takes the buy over goes on in it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from buyqueue.log.record import Recorded
from buyqueue.tracing.traceparent import parse
from tests.chaos.crash_points import VARIABLE
from tests.chaos.gathering import whole_log
from tests.chaos.orders import Orders
from tests.chaos.site import TRACES, Site, a_site
from tests.stack.servers import Stack
from tests.tracing.receiver import decoded


async def until(site: Site, job_id: UUID, last: str) -> Sequence[Recorded]:
    """The buy's records, once there is one of this type."""
    while True:
        log = await whole_log(site.settings.kafka_bootstrap_servers)
        mine = [record for record in log if record.event.job_id == job_id]
        if last in {record.event.type for record in mine}:
            return mine
        await asyncio.sleep(0.2)


async def test_the_next_worker_goes_on_in_the_same_trace(stack: Stack) -> None:
    async with a_site(
        stack.kafka, await stack.fresh_database(), slot_ms=50, traced=True, status_poll_ms=50
    ) as site:
        asked = await Orders(site).buy()
        doomed = await site.worker("doomed", **{VARIABLE: "appended BuySigned"})
        async with asyncio.timeout(40):
            await doomed.wait()
        heir = await site.worker("heir")
        async with asyncio.timeout(60):
            records = await until(site, asked.job_id, "BuyFinalized")
        await heir.stop()
        spans = decoded((site.folder / TRACES).read_bytes())
    contexts = [parse(record.traceparent) for record in records]
    assert contexts[0] is None  # it was asked for by somebody who does not trace
    named = [context for context in contexts[1:] if context]
    assert len(records) - 1 == len(named)
    assert 1 == len({context.trace_id for context in named})
    assert 2 == len({record.event.writer for record in records[1:]})
    signed = next(c for r, c in zip(records, contexts, strict=True) if r.event.type == "BuySigned")
    assert signed is not None
    landing = next(span for span in spans if span.name == "LandBuy")
    assert f"{signed.trace_id:032x}" == landing.trace_id
    assert f"{named[0].span_id:016x}" == landing.parent_id
    assert (f"{signed.span_id:016x}",) == landing.links
