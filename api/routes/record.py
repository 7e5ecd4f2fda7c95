"""The routes that read the record: lists, timelines and the operator's overview."""

from datetime import timedelta
from typing import Final

from aiohttp import web

from api.auth.guarding import caller_of
from api.auth.ownership import Owners
from api.parts import Feed
from api.record.listing import NAMES, page_of, search_of
from api.record.overview import lag_of, overview_of
from api.record.shapes import JobsPage, Overview, Timeline
from api.record.timeline import MOST, after_of, timeline_of
from api.submissions.reading import job_id_of, no_such_job
from api.web.query import read_query
from buyqueue.clock import Clock
from projections.queries import Queries

LAST_DAY: Final = timedelta(days=1)


class Record:
    """Reads the projection for callers."""

    def __init__(self, *, queries: Queries, owners: Owners, relay: Feed, clock: Clock) -> None:
        self._queries = queries
        self._owners = owners
        self._relay = relay
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes."""
        return [
            web.get("/api/external-buy/jobs", self.jobs),
            web.get("/api/external-buy/job/{jobId:[^/]+}/timeline", self.timeline),
            web.get("/api/external-buy/admin/overview", self.overview),
        ]

    async def jobs(self, request: web.Request) -> web.Response:
        """List the caller's jobs, an admin's are all: 200 with a page, newest first."""
        search = search_of(read_query(request, NAMES), caller_of(request))
        page = JobsPage(data=page_of(await self._queries.find(search), search))
        return web.json_response(page.json_object())

    async def timeline(self, request: web.Request) -> web.Response:
        """Show every event of a job: 200, also before the projection has read of it."""
        job_id = job_id_of(request.match_info["jobId"])
        await self._owners.require(caller_of(request), job_id)
        after = after_of(read_query(request, ("after",)).get("after"))
        entries = await self._queries.events_of_job(job_id, after, limit=MOST + 1)
        if not entries and await self._owners.of(job_id) is None:
            raise no_such_job()
        answer = Timeline(data=timeline_of(job_id, entries))
        return web.json_response(answer.json_object())

    async def overview(self, _request: web.Request) -> web.Response:
        """Show how the service stands: 200."""
        tally = await self._queries.tally(self._clock.now() - LAST_DAY)
        lag: int | None = None
        if self._relay.live:
            lag = lag_of(self._relay.positions, await self._queries.positions())
        answer = Overview(data=overview_of(tally, lag, self._relay.connections))
        return web.json_response(answer.json_object())
