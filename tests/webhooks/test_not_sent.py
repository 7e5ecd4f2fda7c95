"""What is not sent at all, whatever the receiver would say."""

import asyncio

import pytest

from tests.projections.buys import append_all, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.webhooks.receiver import receiving
from tests.webhooks.replicas import make, replica
from tests.webhooks.test_delivery import new_user


@pytest.mark.parametrize("allow", [(), ("10.0.0.0/8",)])
async def test_what_is_allowed_no_more_is_not_connected_to(
    ground: Ground, allow: tuple[str, ...]
) -> None:
    user = new_user()
    async with (
        receiving() as receiver,
        projecting(ground),
        replica(ground, webhook_allow=allow) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        await make(ground, receiver, user)
        sender.webhooks.sending.look()
        async with asyncio.timeout(60):
            while sender.attempts("not_allowed") < 1:
                await asyncio.sleep(0.02)
        assert [] == receiver.came


async def test_with_another_key_nothing_is_sent_unsigned(ground: Ground) -> None:
    user = new_user()
    async with (
        receiving() as receiver,
        projecting(ground),
        replica(ground, webhook_secret="another-key-altogether-" * 2) as sender,
    ):
        await append_all(ground.journal, whole_buy(user))
        made = await make(ground, receiver, user)
        sender.webhooks.sending.look()
        assert "its secret is sealed with another WEBHOOK_SECRET" == await made.error()
        assert sender.attempts("unsigned") > 0
        assert [] == receiver.came
