"""REST → Kafka → faust → chain → Postgres and Socket.IO, as a client sees it."""

import asyncio
import re

import pytest

from buyq.client import CREATED, PROGRESS, RESULT, ApiError, BuyClient, Live
from tests.e2e.conftest import SOL, Service

PHASES = [
    (1, 10, "Buy Operation Started", "started"),
    (2, 35, "Preparing Wallet", "in_progress"),
    (3, 70, "Executing Purchase", "in_progress"),
    (4, 100, "Operation Completed", "completed"),
]
BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{86,88}")


async def story(live: Live, job_id: str) -> list[tuple[str, dict[str, object]]]:
    async with asyncio.timeout(60):
        return [(one.name, dict(one.wire)) async for one in live.of_job(job_id)]


async def test_a_buy_from_post_to_result_field_by_field(
    service: Service, client: BuyClient
) -> None:
    buyer = await service.buyer()
    async with client.live("user123") as live:
        started = (await client.send(service.body(buyer), "e2e-1")).json_object()
        job_id = started["jobId"]
        assert started["success"] is True
        assert {
            "userId": "user123",
            "tokenAddress": service.mint,
            "buyAmount": 0.1,
            "status": "queued",
        }.items() <= started["data"].items()
        assert started["data"]["createdAt"].endswith("Z")
        seen = await story(live, job_id)

    names = [name for name, _ in seen]
    assert (CREATED, RESULT) == (names[0], names[-1])
    cursors = [int(str(payload["cursor"])) for _, payload in seen]
    assert sorted(cursors) == cursors

    progress = [payload for name, payload in seen if name == PROGRESS]
    reached = [(p["phase"], p["progress"], p["phaseTitle"], p["status"]) for p in progress]
    assert PHASES == list(dict.fromkeys(reached))
    for payload in progress:
        assert {"jobId": job_id, "userId": "user123", "tokenAddress": service.mint}.items() <= (
            payload.items()
        )
        assert (4, 0.1) == (payload["totalPhases"], payload["buyAmount"])

    result = seen[-1][1]
    spent = SOL - service.lamports(buyer)
    assert {
        "jobId": job_id,
        "success": True,
        "buyAmount": 0.1,
        "actualSolSpent": spent / SOL,
        "lamportsSpent": str(spent),
        "platform": "jupiter",
        "status": "completed",
    }.items() <= result.items()
    fees = result["fees"]
    assert isinstance(fees, dict)
    parts = ("price", "network", "priority", "rent", "tip")
    assert (spent, str(SOL // 10)) == (sum(int(fees[part]) for part in parts), fees["price"])
    assert BASE58.fullmatch(str(result["transactionSignature"]))
    assert isinstance(result["completedAt"], int)
    assert isinstance(result["duration"], int)
    token = service.chain.jupiter.market.tokens[0]
    account = service.chain.node.chain.bank("confirmed").account(token.account_of(buyer.pubkey()))
    assert account is not None
    held = int.from_bytes(bytes(account.data)[64:72], "little")
    assert str(held) == result["tokensReceived"]

    async with asyncio.timeout(10):
        while (view := await client.status(job_id)).status != "completed":
            await asyncio.sleep(0.05)
    status = view.json_object()
    assert result == status["result"]
    assert progress[-1] == status["progress"]


async def test_the_status_is_queued_or_later_right_after_the_post(
    service: Service, client: BuyClient
) -> None:
    started = await client.send(service.body(await service.buyer()), "e2e-2")
    status = await client.status(started.job_id)
    assert status.status in {"queued", "active"}
    assert 4 == status.progress.total_phases


async def test_a_buy_that_cannot_be_paid_fails_with_the_seeds_error(
    service: Service, client: BuyClient
) -> None:
    poor = await service.buyer(SOL // 100)
    async with client.live("poor") as live:
        body = service.body(poor, userId="poor")
        seen = await story(live, (await client.send(body, "e2e-3")).job_id)
    result = seen[-1][1]
    assert (False, "", "failed") == (
        result["success"],
        result["transactionSignature"],
        result["status"],
    )
    assert str(result["error"]).startswith("Insufficient balance")
    assert SOL // 100 == service.lamports(poor)


async def test_the_same_idempotency_key_is_the_same_buy(
    service: Service, client: BuyClient
) -> None:
    buyer = await service.buyer()
    async with client.live("twice") as live:
        body = service.body(buyer, userId="twice")
        first = await client.send(body, "e2e-4")
        again = await client.send(body, "e2e-4")
        await story(live, first.job_id)
    assert first.job_id == again.job_id
    assert SOL - service.lamports(buyer) < SOL // 5
    with pytest.raises(ApiError) as caught:
        await client.send(body | {"buyAmount": 0.2}, "e2e-4")
    assert (422, "idempotency_conflict") == (caught.value.status, caught.value.code)


async def test_cancelling_what_is_done_is_refused(service: Service, client: BuyClient) -> None:
    buyer = await service.buyer()
    async with client.live("late") as live:
        job_id = (await client.send(service.body(buyer, userId="late"), "e2e-5")).job_id
        await story(live, job_id)
    with pytest.raises(ApiError) as caught:
        await client.cancel(job_id)
    assert 409 == caught.value.status


async def test_fifty_buys_at_once_each_land_once(service: Service, client: BuyClient) -> None:
    buyers = [await service.buyer() for _ in range(50)]
    async with client.live("crowd") as live:
        started = await asyncio.gather(
            *(
                client.send(service.body(buyer, userId="crowd"), f"crowd-{number}")
                for number, buyer in enumerate(buyers)
            )
        )
        waiting = {answer.job_id for answer in started}
        async with asyncio.timeout(90):
            while waiting:
                message = await live.next()
                if message.name == RESULT:
                    assert message.wire["success"], message
                    waiting.discard(message.job_id)
    assert 50 == len({answer.job_id for answer in started})
    for buyer in buyers:
        assert SOL // 10 < SOL - service.lamports(buyer) < SOL // 5


async def test_no_key_is_in_any_log_file(service: Service, client: BuyClient) -> None:
    buyer = await service.buyer()
    async with client.live("canary") as live:
        job_id = (await client.send(service.body(buyer, userId="canary"), "e2e-6")).job_id
        await story(live, job_id)
    secret = bytes(buyer)
    forms = [str(buyer), secret.hex(), secret[:32].hex(), str(list(secret))[1:-1]]
    # The worker writes its line about a buy after the event that clients hear.
    async with asyncio.timeout(20):
        while job_id not in (service.logs / "worker.log").read_text():
            await asyncio.sleep(0.05)
    for log in service.logs.glob("*.log"):
        text = log.read_text()
        for form in forms:
            assert form not in text
