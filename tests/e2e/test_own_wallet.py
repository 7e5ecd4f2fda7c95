"""Buys that are signed by a client, over REST and sockets, as its user sees them."""

import asyncio
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from solders.keypair import Keypair

from buyq.client import (
    CREATED,
    PROGRESS,
    RESULT,
    SIGN_REQUEST,
    BuyClient,
    Live,
    Order,
    OwnWallet,
)
from tests.api.proxy import wired
from tests.controls.own_wallet import signature_of
from tests.e2e.conftest import SOL, Service

Heard = list[tuple[str, dict[str, Any]]]


async def submitted(service: Service, client: BuyClient, buyer: Keypair, user: str) -> str:
    order = Order(user_id=user, token_address=service.mint, buy_amount=Decimal("0.1"))
    return (await client.submit(order, OwnWallet(str(buyer.pubkey())), user)).job_id


async def heard(live: Live, job_id: str, name: str) -> Heard:
    """Listen until a message of this name has come."""
    found: Heard = []
    async with asyncio.timeout(90):
        async for message in live.of_job(job_id):
            found.append((message.name, dict(message.wire)))
            if message.name == name:
                break
    return found


async def test_a_signed_buy_and_a_late_joiner(service: Service, client: BuyClient) -> None:
    buyer = await service.buyer()
    async with client.live("own-1") as live:
        job_id = await submitted(service, client, buyer, "own-1")
        (name, request) = (await heard(live, job_id, SIGN_REQUEST))[-1]
        assert (SIGN_REQUEST, str(buyer.pubkey())) == (name, request["wallet"])
        # Who comes later finds it in the status.
        async with asyncio.timeout(10):
            while (found := (await client.status(job_id)).sign_request) is None:
                await asyncio.sleep(0.1)
        assert request == found.json_object()
        signature = signature_of(request["transaction"], buyer)
        taken = await client.answer_sign_request(job_id, request["requestId"], signature)
        assert taken.status in ("signed", "answering")
        result = (await heard(live, job_id, RESULT))[-1][1]
    assert (True, signature) == (result["success"], result["transactionSignature"])
    assert result["lamportsSpent"] == str(SOL - service.lamports(buyer))


async def test_a_request_that_was_made_while_a_client_was_away_is_replayed_to_it(
    service: Service, client: BuyClient
) -> None:
    """It goes on behind its cursors, over Socket.IO, and is told the request once, in its place."""
    buyer, place = await service.buyer(), urlsplit(service.url)
    async with (
        wired(str(place.hostname), place.port or 0) as wire,
        aiohttp.ClientSession() as session,
        BuyClient(session, f"http://127.0.0.1:{wire.port}").live("own-3") as live,
    ):
        await wire.cut()
        job_id = await submitted(service, client, buyer, "own-3")
        async with asyncio.timeout(60):
            while (asked := (await client.status(job_id)).sign_request) is None:
                await asyncio.sleep(0.1)
        await wire.start()
        replayed = await heard(live, job_id, SIGN_REQUEST)
        assert 2 == live.connections
    async with client.live_job(job_id) as whole:
        assert await heard(whole, job_id, SIGN_REQUEST) == replayed
    assert (SIGN_REQUEST, asked.json_object()) == replayed[-1]
    assert CREATED == replayed[0][0]
    await client.cancel(job_id)


async def test_a_refused_buy_ends_once_it_can_no_longer_land(
    service: Service, client: BuyClient
) -> None:
    buyer = await service.buyer()
    async with client.live("own-2") as live:
        job_id = await submitted(service, client, buyer, "own-2")
        request = (await heard(live, job_id, SIGN_REQUEST))[-1][1]
        await client.answer_sign_request(job_id, request["requestId"], None)
        seen = await heard(live, job_id, RESULT)
    told = [
        payload["details"].get("currentOperation", "") for name, payload in seen if name == PROGRESS
    ]
    assert "Refused by the wallet; waiting until what it was asked can no longer be sent" in told
    result = seen[-1][1]
    assert (False, "signature_refused") == (result["success"], result["code"])
    assert SOL == service.lamports(buyer)
