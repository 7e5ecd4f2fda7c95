"""A backend that is told of a buy by a webhook alone, from the whole service."""

import aiohttp

from buyq.client import BuyClient
from tests.e2e.conftest import Service
from tests.webhooks.receiver import receiving

HOOKS = "/api/external-buy/webhooks"


async def test_a_real_buy_is_told_to_its_end(service: Service, client: BuyClient) -> None:
    """As the live messages tell it, and signed with the secret that was shown."""
    buyer = await service.buyer()
    user = f"hooked-{buyer.pubkey()}"
    async with receiving() as receiver, aiohttp.ClientSession(service.url) as session:
        order = {"url": receiver.url, "userId": user}
        async with session.post(HOOKS, json=order) as answer:
            assert 201 == answer.status
            made = (await answer.json())["data"]
        started = await client.send(service.body(buyer, userId=user), "hooked-1")
        await receiver.took(8, within_s=60)
        while receiver.taken[-1].body["type"] != "external_buy_result":
            await receiver.took(len(receiver.taken) + 1)
        async with session.delete(f"{HOOKS}/{made['webhook']['id']}") as answer:
            assert 200 == answer.status
    assert all(one.is_signed_with(made["secret"]) for one in receiver.came)
    told = [(one.body["type"], one.body["data"]) for one in receiver.taken]
    assert {started.job_id} == {data["jobId"] for _, data in told}
    assert "external_buy_job_created" == told[0][0]
    phases = [data["phase"] for name, data in told if name == "external_buy_progress"]
    assert (sorted(phases), {1, 2, 3, 4}) == (phases, set(phases))
    assert True is told[-1][1]["success"]
