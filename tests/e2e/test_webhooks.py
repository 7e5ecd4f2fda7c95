"""A backend that is told of a buy by a webhook alone, from the whole service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from buyq.client import RESULT, SIGN_REQUEST, ApiError, BuyClient, Order, OwnWallet
from tests.controls.own_wallet import signature_of
from tests.e2e.conftest import Service
from tests.webhooks.receiver import Delivery, Receiver, receiving


async def test_a_real_buy_is_told_to_its_end(service: Service, client: BuyClient) -> None:
    """As the live messages tell it, and signed with the secret that was shown."""
    buyer = await service.buyer()
    user = f"hooked-{buyer.pubkey()}"
    async with hooked(client, user) as (receiver, secret):
        started = await client.send(service.body(buyer, userId=user), "hooked-1")
        await receiver.took(8, within_s=60)
        await delivered(receiver, RESULT)
    assert all(one.is_signed_with(secret) for one in receiver.came)
    told = [(one.body["type"], one.body["data"]) for one in receiver.taken]
    assert {started.job_id} == {data["jobId"] for _, data in told}
    assert "external_buy_job_created" == told[0][0]
    phases = [data["phase"] for name, data in told if name == "external_buy_progress"]
    assert (sorted(phases), {1, 2, 3, 4}) == (phases, set(phases))
    assert True is told[-1][1]["success"]


async def test_a_backend_that_holds_the_wallet_is_asked_to_sign_and_signs(
    service: Service, client: BuyClient
) -> None:
    """What it is sent is the sockets' message letter by letter, under its own name, signed."""
    buyer = await service.buyer()
    user = f"hooked-{buyer.pubkey()}"
    order = Order(user_id=user, token_address=service.mint, buy_amount=Decimal("0.1"))
    async with hooked(client, user) as (receiver, secret):
        job_id = (await client.submit(order, OwnWallet(str(buyer.pubkey())), user)).job_id
        asked = await delivered(receiver, SIGN_REQUEST)
        data = asked.body["data"]
        signature = signature_of(data["transaction"], buyer)
        await client.answer_sign_request(job_id, data["requestId"], signature)
        result = (await delivered(receiver, RESULT)).body["data"]
    assert (True, signature) == (result["success"], result["transactionSignature"])
    assert asked.is_signed_with(secret)
    assert f"{data['partition']}:{data['cursor']}:{SIGN_REQUEST}" == asked.id
    async with client.live_job(job_id) as live, asyncio.timeout(30):
        told = [m.wire async for m in live.of_job(job_id) if m.name == SIGN_REQUEST]
    assert [data] == told


@asynccontextmanager
async def hooked(client: BuyClient, user: str) -> AsyncIterator[tuple[Receiver, str]]:
    """A webhook of a user's, with its receiver and its secret."""
    async with receiving() as receiver:
        made = await client.webhooks.create(receiver.url, user)
        yield receiver, made.secret
        await client.webhooks.delete(made.webhook.id)


async def test_the_python_client_keeps_webhooks(client: BuyClient) -> None:
    webhooks = client.webhooks
    async with receiving() as receiver:
        made = await webhooks.create(receiver.url, "keeper")
        other = await webhooks.create(receiver.url, "keeper")
        mine = made.webhook.id
        assert made.webhook == await webhooks.get(mine)
        tried = await webhooks.test(mine)
        assert (True, 204) == (tried.delivered, tried.status)
        assert receiver.came[0].is_signed_with(made.secret)
        rotated = await webhooks.rotate(mine)
        assert made.secret != rotated.secret
        assert rotated.webhook.old_secret_until
        assert {"0": -1} == (await webhooks.replay(mine, {0: -1})).cursors
        assert mine == (await webhooks.enable(mine)).id
        first = await webhooks.list(user_id="keeper", limit=1)
        rest = await webhooks.list(user_id="keeper", cursor=first.next_cursor)
        assert [[mine], [other.webhook.id]] == [
            [one.id for one in page.webhooks] for page in (first, rest)
        ]
        for one in (mine, other.webhook.id):
            await webhooks.delete(one)
        with pytest.raises(ApiError, match="webhook_not_found"):
            await webhooks.get(mine)


async def delivered(receiver: Receiver, name: str) -> Delivery:
    """Wait for a message of this name, and answer the newest."""
    while not (found := [one for one in receiver.taken if one.body["type"] == name]):
        await receiver.took(len(receiver.taken) + 1)
    return found[-1]
