"""Rotations that come together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select, text

from buyqueue.tables import WEBHOOKS
from tests.openapi.ground import Ground
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_delivery import new_user

_WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


@asynccontextmanager
async def held(api: Ground, webhook_id: str, writers: int) -> AsyncIterator[None]:
    """Hold a webhook's row until so many want to write it: all have read it as it was."""
    query = select(WEBHOOKS.c.id).where(WEBHOOKS.c.id == webhook_id).with_for_update()
    async with api.engine.connect() as holder, api.engine.connect() as looker:
        await holder.execute(query)
        yield
        async with asyncio.timeout(5):
            while (await looker.scalar(_WAITING) or 0) < writers:
                await looker.rollback()
                await asyncio.sleep(0.02)


async def test_two_at_once_answer_two_secrets_that_sign_and_end_the_one_before(
    api: Ground, ask: Any, receiver: Receiver
) -> None:
    alice = await ask(new_user())
    _, made = await alice("POST", url=receiver.url)
    webhook_id = made["data"]["webhook"]["id"]
    async with held(api, webhook_id, writers=2):
        rotating = [asyncio.create_task(alice("POST", f"/{webhook_id}/rotate")) for _ in range(2)]
    answers = await asyncio.gather(*rotating)
    assert [200, 200] == [status for status, _ in answers]
    secrets = {answer["data"]["secret"] for _, answer in answers}
    assert 2 == len(secrets - {made["data"]["secret"]})
    await alice("POST", f"/{webhook_id}/test")
    (ping,) = receiver.came
    assert 2 == len(ping.signatures)
    assert all(ping.is_signed_with(secret) for secret in secrets)
    assert not ping.is_signed_with(made["data"]["secret"])
