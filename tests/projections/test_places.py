"""Where a projector reads on: after a rebalance, and in a log that lost what was read of it."""

import asyncio
from random import Random
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text

from buyqueue.errors import Unavailable
from buyqueue.log.reader import LogReader
from buyqueue.metrics import Metrics
from projections.projector import Projector
from projections.replay.divergence import divergence
from projections.replay.rebuild import rebuild
from tests.projections.buys import CLOCK, append_all, caught_up, shuffled, some_buy, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting, projector_of, running
from tests.stack.isolation import ends_of


def events_counted(metrics: Metrics) -> float:
    samples = [sample for metric in metrics.registry.collect() for sample in metric.samples]
    return sum(one.value for one in samples if one.name == "buyq_events_total")


def follows(projector: Projector) -> AIOKafkaConsumer:
    consumer: Any = projector._follows
    assert consumer
    return consumer


async def test_after_a_rebalance_it_reads_on_where_it_was(ground: Ground) -> None:
    """Kafka knows no offsets of ours: by itself it would begin every partition anew."""
    metrics, delivered = Metrics(), list[int]()
    projector = projector_of(ground, metrics=metrics)
    dice = Random(31)
    before = shuffled(dice, [some_buy(dice, "user") for _ in range(600)])
    assert len(before) > 3 * 500
    async with running(projector):
        await append_all(ground.journal, before)
        await caught_up(ground.engine, ground.kafka)
        known = await ends_of(ground.kafka)
        consumer, getmany = follows(projector), follows(projector).getmany

        async def noting(**how: Any) -> Any:
            batch = await getmany(**how)
            for tp, records in batch.items():
                delivered.extend(r.offset for r in records if r.offset < known[tp.partition])
            return batch

        consumer.getmany = noting
        coordinator: Any = consumer._coordinator
        generation = coordinator.generation
        coordinator.request_rejoin()
        async with asyncio.timeout(30):
            while coordinator.generation == generation:
                await asyncio.sleep(0.05)
        after = whole_buy("user")
        await append_all(ground.journal, after)
        await caught_up(ground.engine, ground.kafka)
        await asyncio.sleep(1)
    assert len(before) + len(after) == events_counted(metrics)
    # What was on its way when we noticed.
    assert len(delivered) <= 500


@pytest.mark.whole_log
async def test_a_partition_in_which_it_is_ahead_is_left_alone_until_a_rebuild(
    ground: Ground,
) -> None:
    """And the others go on. Nothing that the log takes anew is passed over in silence."""
    await append_all(ground.journal, whole_buy("user"))
    async with projecting(ground):
        await caught_up(ground.engine, ground.kafka)
    ends = await ends_of(ground.kafka)
    ahead = max(ends, key=lambda p: ends[p])
    async with ground.engine.begin() as connection:
        further = "UPDATE projection_offsets SET next_offset = next_offset + 5 WHERE partition = :p"
        await connection.execute(text(further), {"p": ahead})
    projector = projector_of(ground)
    async with running(projector):
        async with asyncio.timeout(20):
            while not projector._places.ahead:
                await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match=rf"ahead of the log in partitions \[{ahead}\]"):
            await projector.check()
        dice = Random(32)
        await append_all(
            ground.journal, shuffled(dice, [some_buy(dice, "user") for _ in range(60)])
        )
        grown = await ends_of(ground.kafka)
        assert grown[ahead] > ends[ahead] + 5
        await others_caught_up(ground, {p: end for p, end in grown.items() if p != ahead})
        assert [ahead] == projector._places.ahead
        async with LogReader(ground.kafka, client_id="test") as reader:
            async with asyncio.timeout(60):
                await rebuild(ground.engine, reader, CLOCK)
            await append_all(ground.journal, whole_buy("user"))
            await caught_up(ground.engine, ground.kafka)
            assert [] == (await divergence(ground.engine, reader))[1]
        await projector.check()


async def others_caught_up(ground: Ground, ends: dict[int, int]) -> None:
    places = text("SELECT partition, next_offset FROM projection_offsets")
    reached: dict[int, int] = {}
    async with asyncio.timeout(30):
        while not {p: end for p, end in ends.items() if end}.items() <= reached.items():
            async with ground.engine.connect() as connection:
                rows = await connection.execute(places)
                reached = {row.partition: row.next_offset for row in rows}
            await asyncio.sleep(0.05)
