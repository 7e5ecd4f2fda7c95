"""Server-sent events: the same messages, and the same promise."""

import asyncio
from random import Random

import pytest

from api.relay.rooms import JobRoom, UserRoom
from api.relay.stream import join_of
from buyqueue.errors import InvalidInput
from buyqueue.events.codec import Event
from buyqueue.log.topic import partition_of
from tests.projections.buys import CLOCK, append_all, shuffled, some_buy, whole_buy
from tests.projections.conftest import PARTITIONS, Ground
from tests.projections.running import projecting
from tests.relay.serving import told_by_log
from tests.relay.streaming import Reader, streaming


async def until_heard(reader: Reader, count: int) -> None:
    async with asyncio.timeout(20):
        while len(reader.heard) < count:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)  # more would be a repeat


async def test_whoever_comes_back_with_the_last_id_misses_and_repeats_nothing(
    ground: Ground,
) -> None:
    """Cut at any moment, and between two replicas of the relay."""
    dice, user = Random(5), f"user-{CLOCK.new_id()}"
    events = shuffled(dice, [some_buy(dice, user) for _ in range(60)])
    room, reader = UserRoom(user), Reader()
    async with (
        projecting(ground),
        streaming(ground, room) as (_, one),
        streaming(ground, room) as (_, other),
    ):
        first = asyncio.create_task(reader.read(one))
        async with asyncio.timeout(20):
            while not reader.joins:
                await asyncio.sleep(0.01)
        first.cancel()
        appending = asyncio.create_task(trickle(ground, events))
        rounds = 0
        while not appending.done():
            await reader.read(dice.choice((one, other)), for_s=dice.random() * 0.3)
            rounds += 1
        last = asyncio.create_task(reader.read(one))
        expected = await told_by_log(ground.kafka, user, ground.begins)
        await until_heard(reader, sum(map(len, expected.values())))
        assert expected == reader.of_partitions()
        assert rounds >= 8
        last.cancel()


async def trickle(ground: Ground, events: list[Event]) -> None:
    for start in range(0, len(events), 10):
        await append_all(ground.journal, events[start : start + 10])
        await asyncio.sleep(0.05)


async def test_a_jobs_stream_tells_of_that_job_alone_from_any_cursor(ground: Ground) -> None:
    user = f"user-{CLOCK.new_id()}"
    mine = whole_buy(user)
    await append_all(ground.journal, [*mine, *whole_buy(user)])
    others = f"{(partition_of(mine[0].job_id, PARTITIONS) + 1) % PARTITIONS}:1000000"
    async with projecting(ground), streaming(ground, JobRoom(mine[0].job_id)) as (_, url):
        for begin in ("-1", "0:-1", others, "0:-1,1:-1,2:-1,3:-1"):
            reader = Reader()
            reader.last_id = begin
            reading = asyncio.create_task(reader.read(url))
            async with asyncio.timeout(20):
                while not reader.joins:
                    await asyncio.sleep(0.01)
            assert {str(mine[0].job_id)} == {payload["jobId"] for payload in reader.payloads}
            assert "external_buy_result" == reader.heard[-1][0]
            reading.cancel()


async def test_a_relay_that_stops_ends_its_streams(ground: Ground) -> None:
    async with streaming(ground, UserRoom("alice")) as (relay, url):
        reader = Reader()
        reading = asyncio.create_task(reader.read(url))
        async with asyncio.timeout(20):
            while not reader.joins:
                await asyncio.sleep(0.01)
            await relay.stop()
            await reading


@pytest.mark.parametrize("text", ["", "x", "1:", "0:1,", "0:1:2", "7", "0:99999999999999999999"])
def test_an_id_that_no_stream_has_sent_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        join_of(UserRoom("alice"), text)
    with pytest.raises(InvalidInput):
        join_of(JobRoom(CLOCK.new_id()), text + ",1:1")
