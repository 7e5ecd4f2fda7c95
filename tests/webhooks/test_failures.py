"""What a receiver that is not well gets, and what becomes of it."""

import asyncio

from sandbox.state.ports import free_port
from tests.projections.buys import append_all, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.relay.serving import told_by_log
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.replicas import Made, make, replica
from tests.webhooks.test_delivery import new_user


async def disabled(made: Made) -> str:
    """Wait until it is, and answer why."""
    async with asyncio.timeout(60):
        while (found := await made.now()).disabled_at is None:
            await asyncio.sleep(0.02)
    assert found.disabled_reason is not None
    return found.disabled_reason


async def test_what_is_not_taken_is_sent_again_with_its_id_and_in_its_turn(ground: Ground) -> None:
    user = new_user()
    async with (
        receiving(answer=lambda number, _: 500 if number % 3 else 200) as receiver,
        projecting(ground),
        replica(ground, webhook_backoff_ms=1) as sender,
    ):
        await append_all(ground.journal, [*whole_buy(user), *whole_buy(user)])
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        await receiver.took(16)
        assert await told_by_log(ground.kafka, user, ground.begins) == receiver.of_partitions()
        assert {} == receiver.repeats
        refused = [one.id for one in receiver.came if one.status == 500]
        assert set(refused) <= {one.id for one in receiver.taken}
        assert len(refused) == sender.attempts("refused") >= 16
        async with asyncio.timeout(20):
            while (found := await made.now()).failures:
                await asyncio.sleep(0.02)
        assert (None, None) == (found.last_error, found.next_attempt_at)


async def test_one_message_that_is_never_taken_holds_up_all_the_others(ground: Ground) -> None:
    """So that a receiver can rely on the order; and the waits grow, though others were taken."""
    user, poison = new_user(), []

    def refuse_one(number: int, name: str) -> int:
        if number == 0:
            poison.append(name)
        return 400 if name in poison else 200

    async with (
        receiving(answer=refuse_one) as receiver,
        projecting(ground),
        replica(ground, webhook_backoff_ms=20) as sender,
    ):
        await append_all(ground.journal, [e for _ in range(4) for e in whole_buy(user)])
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        async with asyncio.timeout(60):
            while (await made.now()).failures < 5:
                await asyncio.sleep(0.02)
        assert poison * 3 == [one.id for one in receiver.came[-3:]]
        assert "it answered 400" == (await made.now()).last_error
        poison.clear()
        receiver.answer = lambda _number, _id: 200
        await receiver.took(32)
        assert await told_by_log(ground.kafka, user, ground.begins) == receiver.of_partitions()


async def test_a_receiver_that_does_not_answer_is_left_and_asked_again(ground: Ground) -> None:
    user = new_user()
    async with (
        receiving(takes_s=30) as receiver,
        projecting(ground),
        replica(ground, webhook_timeout_ms=1_000) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        await receiver.tried(2)
        assert sender.attempts("timed_out") >= 1
        assert "no answer within 1 s" == (await made.now()).last_error
        receiver.came.clear()
        receiver.takes_s = 0
        await receiver.took(8)
        assert await told_by_log(ground.kafka, user, ground.begins) == receiver.of_partitions()


async def test_a_receiver_that_is_not_there_is_sent_all_once_it_is(ground: Ground) -> None:
    user, port = new_user(), free_port()
    await append_all(ground.journal, whole_buy(user))
    async with projecting(ground), replica(ground) as sender:
        made = await make(ground, Receiver(f"http://127.0.0.1:{port}/"), user)
        sender.webhooks.sending.look()
        async with asyncio.timeout(60):
            while (await made.now()).failures < 3:
                await asyncio.sleep(0.02)
        assert "nothing takes connections there" == (await made.now()).last_error
        async with receiving(port) as receiver:
            await receiver.took(8)
            assert await told_by_log(ground.kafka, user, ground.begins) == receiver.of_partitions()


async def test_one_that_takes_nothing_for_too_long_is_disabled_and_says_why(ground: Ground) -> None:
    user = new_user()
    async with (
        receiving(answer=lambda _number, _id: 503) as receiver,
        projecting(ground),
        replica(ground, webhook_give_up_ms=400) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        why = await disabled(made)
        assert why.startswith("nothing was taken since ")
        assert why.endswith("the last answer: it answered 503")
        tried = len(receiver.came)
        await append_all(ground.journal, whole_buy(user))
        await asyncio.sleep(1)
        assert tried == len(receiver.came)


async def test_one_that_is_gone_is_disabled_at_once(ground: Ground) -> None:
    user = new_user()
    async with (
        receiving(answer=lambda _number, _id: 410) as receiver,
        projecting(ground),
        replica(ground) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        assert "it answered 410 Gone" == await disabled(made)
        assert 1 == sender.attempts("gone")
