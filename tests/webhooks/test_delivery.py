"""What a receiver that is well gets: everything, in order, signed, once."""

import asyncio
from random import Random

from tests.projections.buys import CLOCK, append_all, shuffled, some_buy, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.relay.serving import told_by_log
from tests.webhooks.receiver import receiving
from tests.webhooks.replicas import make, replica


def new_user() -> str:
    return f"user-{CLOCK.new_id()}"


async def test_a_users_buys_are_posted_signed_and_in_order(ground: Ground) -> None:
    """What was before the webhook's cursor and what comes live, and nobody else's."""
    dice, user, began = Random(3), new_user(), CLOCK.now()
    past = shuffled(dice, [some_buy(dice, user) for _ in range(20)])
    live = shuffled(dice, [some_buy(dice, user) for _ in range(10)])
    async with receiving() as receiver, projecting(ground), replica(ground) as sender:
        await append_all(ground.journal, past)
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        await asyncio.sleep(0.2)
        await append_all(ground.journal, [*live, *whole_buy(new_user())])
        expected = await told_by_log(ground.kafka, user, ground.begins)
        await receiver.took(sum(map(len, expected.values())))
        async with asyncio.timeout(20):
            while sender.attempts("delivered") < len(receiver.came):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)  # for what there must not be
        assert expected == receiver.of_partitions()
        assert {} == receiver.repeats
        assert all(one.is_signed_with(made.secret) for one in receiver.came)
        first = receiver.taken[0]
        assert {"type", "data"} == first.body.keys()
        assert "application/json" == first.headers["Content-Type"]
        assert int(began.timestamp()) <= first.timestamp <= CLOCK.now().timestamp()
        data = first.body["data"]
        assert f"{data['partition']}:" == first.id[: first.id.index(":") + 1]
        assert first.id.endswith(first.body["type"])
        assert 0 == sender.attempts("refused")
        assert len(receiver.came) == sender.attempts("delivered")


async def test_news_arrive_at_once(ground: Ground) -> None:
    """The sender is woken by the log, and does not look by itself in this time."""
    user = new_user()
    async with receiving() as receiver, projecting(ground), replica(ground) as sender:
        await make(ground, receiver, user)
        sender.webhooks.sending.look()
        await asyncio.sleep(0.5)
        await append_all(ground.journal, whole_buy(user))
        await receiver.took(8, within_s=30)


async def test_everybodys_webhook_hears_of_everybody(ground: Ground) -> None:
    one, other = new_user(), new_user()
    async with receiving() as receiver, projecting(ground), replica(ground) as sender:
        begin = {p: offset - 1 for p, offset in sender.relay.positions.items()}
        await make(ground, receiver, None, begin)
        sender.webhooks.sending.look()
        await append_all(ground.journal, [*whole_buy(one), *whole_buy(other)])
        await receiver.took(16)
        heard = receiver.of_partitions()
        for user in (one, other):
            for partition, messages in (
                await told_by_log(ground.kafka, user, ground.begins)
            ).items():
                wanted = [one for one in heard[partition] if one in messages]
                assert messages == wanted


async def test_partitions_are_sent_side_by_side_and_each_in_order(ground: Ground) -> None:
    """A receiver that takes its time is sent several at once, never two of one partition."""
    user = new_user()
    async with receiving(takes_s=0.05) as receiver, projecting(ground):
        await append_all(ground.journal, [e for _ in range(8) for e in whole_buy(user)])
        await make(ground, receiver, user)
        async with replica(ground):
            expected = await told_by_log(ground.kafka, user, ground.begins)
            await receiver.took(64)
        assert expected == receiver.of_partitions()
        assert 2 <= receiver.most_at_once <= len(expected)


async def test_a_restart_goes_on_from_the_cursor(ground: Ground) -> None:
    """One that is stopped finishes what is on its way, so that nothing comes twice."""
    user = new_user()
    async with receiving(takes_s=0.02) as receiver, projecting(ground):
        await append_all(ground.journal, [e for _ in range(10) for e in whole_buy(user)])
        await make(ground, receiver, user)
        expected = await told_by_log(ground.kafka, user, ground.begins)
        for count in (10, 30, 80):
            async with replica(ground):
                await receiver.took(count)
        assert expected == receiver.of_partitions()
        assert {} == receiver.repeats
