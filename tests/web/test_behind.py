"""What a page shows that is opened while the projection is behind the log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import create_async_engine

from buyq.client import BuyClient
from projections.replay.swap import hold_projectors
from tests.e2e.conftest import Service
from tests.npm import run
from tests.web.browser import WEB

pytestmark = pytest.mark.usefixtures("built")

SCRIPT = """
import { createClient } from './dist/index.js';
import { storeOf } from './dist/store/index.js';

const [url, userId, jobId, desk] = process.argv.slice(-4);
const store = storeOf(createClient({ url }), userId);
let asked;
const stop = store.subscribe(async () => {
  const { connection } = store.getState();
  const result = store.job(jobId)?.result;
  if (connection.state === 'live' && !asked) {
    console.log(result ? 'known' : 'unknown');
    asked = fetch(desk);
    await asked;
  } else if (asked && result) {
    console.log(result.success ? 'bought' : 'failed');
    stop();
    store.close();
  }
});
"""


async def test_a_store_that_joins_before_the_projection_knows_learns_what_was_before(
    service: Service, client: BuyClient
) -> None:
    """The wait of a join is over before the projector goes on: the list says how far it reaches."""
    user = "behind"
    async with client.live(user) as live, held_up(service) as address, asyncio.timeout(60):
        body = service.body(await service.buyer(), userId=user)
        job_id = (await client.send(body, "behind")).job_id
        _ = [message async for message in live.of_job(job_id)]
        argv = ("node", "--input-type=module", "-e", SCRIPT, service.url, user, job_id, address)
        code, written = await run(*argv, cwd=WEB, within_s=50)
    assert (0, ["unknown", "bought"]) == (code, written.split()), written


@asynccontextmanager
async def held_up(service: Service) -> AsyncIterator[str]:
    """Hold the projector up until it is let go on, by a GET of the address."""
    engine = create_async_engine(service.database_url)
    go_on = asyncio.Event()

    async def told(_request: web.Request) -> web.Response:
        go_on.set()
        return web.Response()

    async def hold() -> None:
        async with engine.begin() as connection:
            await hold_projectors(connection)
            holds.set()
            await go_on.wait()

    holds = asyncio.Event()
    app = web.Application()
    app.add_routes([web.get("/", told)])
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    holding = asyncio.create_task(hold())
    try:
        await asyncio.wait_for(holds.wait(), 20)
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        go_on.set()
        await holding
        await runner.cleanup()
        await engine.dispose()
