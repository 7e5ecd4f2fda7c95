import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from api.record.listing import page_of
from buyqueue.events.codec import Event
from projections.finding import Search
from projections.queries import Queries
from projections.tables import PROJECTION_OFFSETS
from tests.projections.buys import CLOCK, append_all, caught_up, shuffled, some_buy, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.relay.serving import Client, heard_all, serving, told_by_log


def new_user() -> str:
    return f"user-{CLOCK.new_id()}"


async def test_live_messages_come_in_order(ground: Ground) -> None:
    """A client of a user's room hears of that user's buys, and of nobody else's."""
    user = new_user()
    async with serving(ground) as served:
        client = Client(served.url)
        await client.connect()
        ack = await client.join(user)
        assert (ack["success"], ack["room"]) == (True, f"user:{user}")
        assert len(ack["cursors"]) == len(served.relay.positions)
        await append_all(ground.journal, [*whole_buy(user), *whole_buy(new_user())])
        expected = await told_by_log(ground.kafka, user, ground.begins)
        await heard_all(client, expected)
        assert expected == client.of_partitions()
        assert {payload["userId"] for payload in client.payloads} == {user}
        assert served.relay.connections == 1
        await client.disconnect()


async def test_whoever_comes_back_gets_exactly_what_was_missed(ground: Ground) -> None:
    """Over many connections cut at any moment, a client hears each message once, in order."""
    dice, user = Random(11), new_user()
    events = shuffled(dice, [some_buy(dice, user) for _ in range(120)])
    async with projecting(ground), serving(ground) as served:
        appending = asyncio.create_task(_trickle(ground, events))
        client, rounds = Client(served.url), 0
        while not appending.done():
            await client.connect()
            await client.join_and_go_on({"userId": user, "cursors": dict(client.cursors)})
            await asyncio.sleep(dice.random() * 0.4)
            await client.disconnect(abort=dice.random() < 0.5)
            await asyncio.sleep(dice.random() * 0.1)
            rounds += 1
        await client.connect()
        await client.join({"userId": user, "cursors": client.cursors})
        expected = await told_by_log(ground.kafka, user, ground.begins)
        await heard_all(client, expected)
        assert expected == client.of_partitions()
        assert rounds >= 20
        await client.disconnect()


async def _trickle(ground: Ground, events: list[Event]) -> None:
    for event in events:
        await ground.journal.append(event)
        await asyncio.sleep(0.02)


async def test_from_the_first_acknowledgement_on_nothing_is_lost(ground: Ground) -> None:
    """The cursors of a live join are a place to come back to."""
    user = new_user()
    async with projecting(ground), serving(ground) as served:
        client = Client(served.url)
        await append_all(ground.journal, whole_buy(user))
        await asyncio.sleep(0.5)
        await client.connect()
        await client.join({"userId": user})
        await client.disconnect()
        await append_all(ground.journal, whole_buy(user))
        await client.connect()
        await client.join({"userId": user, "cursors": client.cursors})
        assert [message[0] for message in client.heard] == [
            "external_buy_job_created",
            *["external_buy_progress"] * 6,
            "external_buy_result",
        ]
        await client.disconnect()


async def test_replay_says_what_was_said_live(ground: Ground) -> None:
    """A replayed message is the live one, letter by letter."""
    user = new_user()
    dice = Random(12)
    async with projecting(ground), serving(ground) as served:
        live, late = Client(served.url), Client(served.url)
        await live.connect()
        await live.join(user)
        await append_all(ground.journal, shuffled(dice, [some_buy(dice, user) for _ in range(30)]))
        expected = await told_by_log(ground.kafka, user, ground.begins)
        await heard_all(live, expected)
        await late.connect()
        await late.join({"userId": user, "cursors": {}})
        assert late.of_partitions() == live.of_partitions() == expected
        assert {str(p) for p in late.payloads} == {str(p) for p in live.payloads}
        await live.disconnect()
        await late.disconnect()


async def test_one_job_can_be_followed(ground: Ground) -> None:
    """A job's room tells of that buy alone, from its cursor on."""
    user = new_user()
    mine, other = whole_buy(user), whole_buy(user)
    async with projecting(ground), serving(ground) as served:
        await append_all(ground.journal, [*mine[:4], *other])
        client = Client(served.url)
        await client.connect()
        job = str(mine[0].job_id)
        ack = await client.join({"jobId": job, "cursor": -1})
        assert (ack["room"], len(ack["cursors"])) == (f"job:{job}", 1)
        await append_all(ground.journal, mine[4:])
        async with asyncio.timeout(10):
            while client.heard[-1][0] != "external_buy_result":
                await asyncio.sleep(0.02)
        assert len(client.heard) == 8
        assert {payload.get("jobId") for payload in client.payloads} == {job}
        await client.disconnect()


async def test_two_rooms_tell_each_message_once(ground: Ground) -> None:
    """A message that concerns several rooms of a socket comes once; leaving one keeps the other."""
    user = new_user()
    buy = whole_buy(user)
    job = str(buy[0].job_id)
    async with projecting(ground), serving(ground) as served:
        client = Client(served.url)
        await client.connect()
        await client.join({"userId": user, "cursors": {}})
        await append_all(ground.journal, buy[:4])
        await client.join({"jobId": job, "cursor": -1})
        assert await client.leave({"userId": user}) == {"success": True, "room": f"user:{user}"}
        await append_all(ground.journal, buy[4:])
        expected = await told_by_log(ground.kafka, user, ground.begins)
        await heard_all(client, expected)
        assert expected == client.of_partitions()
        await client.leave({"jobId": job})
        await append_all(ground.journal, whole_buy(user))
        await asyncio.sleep(0.5)
        assert expected == client.of_partitions()
        await client.disconnect()


async def test_bad_payloads_are_refused(ground: Ground) -> None:
    """What cannot be understood is answered with an error and a code, and changes nothing."""
    async with serving(ground) as served:
        client = Client(served.url)
        await client.connect()
        for payload, code in (
            (None, "invalid_request"),
            (7, "invalid_request"),
            ("", "invalid_user_id"),
            ("x" * 129, "invalid_user_id"),
            ({"userId": "a\0"}, "invalid_user_id"),
            ({"userId": "u", "cursor": 1}, "invalid_request"),
            ({"userId": "u", "cursors": {"0": -2}}, "invalid_request"),
            ({"userId": "u", "cursors": {"0": "1"}}, "invalid_request"),
            ({"userId": "u", "cursors": {"9999": 1}}, "invalid_request"),
            ({"userId": "u", "cursors": []}, "invalid_request"),
            ({"jobId": "nonsense"}, "invalid_request"),
            ({"userId": "u", "jobId": str(CLOCK.new_id())}, "invalid_request"),
        ):
            ack = await client.join(payload)
            assert (ack["success"], ack["code"], bool(ack["error"])) == (False, code, True), payload
        assert (await client.leave({}))["success"] is False
        await client.disconnect()


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
        await connection.execute(select(PROJECTION_OFFSETS).with_for_update())
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
