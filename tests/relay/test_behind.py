"""What a client is told while the projection is behind the log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from api.record.listing import page_of
from projections.finding import Search
from projections.queries import Queries
from projections.replay.swap import hold_projectors
from tests.projections.buys import append_all, caught_up, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.relay.serving import Client, new_user, serving


async def test_what_came_before_a_live_join_is_found_by_asking(ground: Ground) -> None:
    """Though the projection is a little behind: else it would be told nowhere."""
    user = new_user()
    async with projecting(ground), serving(ground, patience_s=300) as served:
        await append_all(ground.journal, buy := whole_buy(user))
        queries = Queries(ground.engine)
        client = Client(served.url)
        await client.connect()
        async with held_up(ground, queries, buy[0].job_id):
            await append_all(ground.journal, late := whole_buy(user))
            await served.told(ground)
            joining = asyncio.create_task(client.join(user))
            await asyncio.sleep(0.2)
            assert await queries.job(late[0].job_id) is None
            assert not joining.done()
        assert (await joining)["success"] is True
        found = await queries.job(late[0].job_id)
        assert found
        assert found.status == "completed"
        await client.disconnect()


async def test_a_page_of_jobs_and_a_room_joined_with_its_cursors_are_the_whole(
    ground: Ground,
) -> None:
    """However far the projection is behind: the page says how far it reaches."""
    user = new_user()
    async with projecting(ground), serving(ground, patience_s=0.4) as served:
        await append_all(ground.journal, buy := whole_buy(user))
        queries, client = Queries(ground.engine), Client(served.url)
        await client.connect()
        async with held_up(ground, queries, buy[0].job_id):
            await append_all(ground.journal, late := whole_buy(user))
            await served.told(ground)
            ack = await client.join(user)
            page = page_of(await queries.find(search := Search(user_id=user, limit=51)), search)
            assert [str(buy[0].job_id)] == [job.job_id for job in page.jobs]
            assert any(
                page.cursors.get(int(p), -1) < cursor for p, cursor in ack["cursors"].items()
            )
        await caught_up(ground.engine, ground.kafka)
        assert client.heard == []
        named = {str(partition): cursor for partition, cursor in page.cursors.items()}
        assert (await client.join({"userId": user, "cursors": named}))["success"] is True
        assert {str(late[0].job_id)} == {message["jobId"] for message in client.payloads}
        assert ("external_buy_job_created", "external_buy_result") == (
            client.heard[0][0],
            client.heard[-1][0],
        )
        after = page_of(await queries.find(search), search)
        assert all(after.cursors.get(int(p), -1) >= cursor for p, cursor in ack["cursors"].items())
        await client.disconnect()


@asynccontextmanager
async def held_up(ground: Ground, queries: Queries, known: UUID) -> AsyncIterator[None]:
    """Hold the projector up once it knows a buy."""
    async with asyncio.timeout(60):
        while await queries.job(known) is None:
            await asyncio.sleep(0.05)
    async with ground.engine.begin() as connection:
        await hold_projectors(connection)
        yield


@pytest.mark.whole_log
async def test_a_projection_that_is_behind_is_said_so(ground: Ground) -> None:
    """Without a projector there is no replay: the join fails, for a retry; live joins work."""
    user = new_user()
    async with serving(ground, patience_s=0.5) as served:
        client = Client(served.url)
        await client.connect()
        await append_all(ground.journal, whole_buy(user))
        ack = await client.join({"userId": user, "cursors": {}})
        assert (ack["success"], ack["retryable"]) == (False, True)
        ahead = {"0": served.relay.positions[0] + 100}
        ack = await client.join({"userId": user, "cursors": ahead})
        assert (ack["success"], ack["retryable"]) == (False, True)
        assert client.heard == []
        assert (await client.join(user))["success"] is True
        await client.disconnect()
