import asyncio
from random import Random

from buyqueue.events.codec import Event
from tests.projections.buys import CLOCK, append_all, shuffled, some_buy, whole_buy
from tests.projections.conftest import PARTITIONS, Ground
from tests.projections.running import projecting
from tests.relay.serving import Client, heard_all, new_user, serving, told_by_log


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
        # Joined with a page's cursors, those of other partitions are nothing to it.
        others = {str(p): 10**6 for p in range(PARTITIONS)} | {next(iter(ack["cursors"])): -1}
        again = Client(served.url)
        await again.connect()
        assert (await again.join({"jobId": job, "cursors": others}))["success"] is True
        assert client.heard == again.heard
        await again.disconnect()
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
