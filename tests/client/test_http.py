"""What a client makes of answers, good and bad."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from solders.keypair import Keypair

from buyq.client import (
    ApiError,
    BuyClient,
    Order,
    OwnWallet,
    Payer,
    PlainKey,
    RegisteredSigner,
    SealedKey,
    Unreachable,
    WalletKey,
)
from buyq.client.paying import seal
from buyqueue.sealing import (
    CLIENT_INFO,
    SUITE_NAME,
    ForUser,
    Opener,
    Sealed,
    new_private_key,
    public_key_of,
)
from buyqueue.secret import Secret
from sandbox.state.ports import free_port
from tests.canaries import canaries
from tests.controls.events import MINT

PRIVATE = new_private_key()
OPENER = Opener.from_text(PRIVATE)
VAULT = {
    "keyId": OPENER.key_id, "publicKey": public_key_of(PRIVATE), "suite": SUITE_NAME,
    "info": CLIENT_INFO,
}  # fmt: skip
ORDER = Order(user_id="user|123", token_address=MINT, buy_amount=Decimal("0.1"))
STARTED = {
    "success": True, "jobId": "01a2", "message": "queued",
    "data": {
        "userId": "user|123", "tokenAddress": MINT, "buyAmount": 0.1, "status": "queued",
        "createdAt": "2026-01-02T03:04:05.678Z", "lamports": "100000000", "slippage": 3.0,
        "priorityFee": 0.002, "priority": "fixed", "platform": "auto", "wallet": MINT,
        "newerField": 1,
    },
}  # fmt: skip


class Service:
    """Answers as it is told to, and keeps what it was asked."""

    def __init__(self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        self._answer = answer
        self.bodies: list[bytes] = []
        self.requests: list[web.Request] = []

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        if request.path.endswith("/vault-key"):
            return web.json_response({"success": True, "data": VAULT})
        return await self._answer(request)


@asynccontextmanager
async def asked(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]], credential: str | None = None
) -> AsyncIterator[tuple[BuyClient, Service]]:
    service, app = Service(answer), web.Application()
    app.router.add_route("*", "/{path:.*}", service.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as session:
        yield BuyClient(session, url, credential), service
    await runner.cleanup()


def always(
    status: int, body: Any, **headers: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return answer


async def test_a_refusal_keeps_code_field_and_when_to_come_back() -> None:
    body = {
        "success": False, "error": "Too many", "code": "rate_limited", "retryable": True,
        "field": "userId", "newer": 1,
    }  # fmt: skip
    async with asked(always(429, body, Retry_After="7")) as (client, _):
        with pytest.raises(ApiError) as caught:
            await client.status("01a2")
    error = caught.value
    assert (429, "rate_limited", "Too many", "userId", True, 7.0, body) == (
        error.status, error.code, error.text, error.field, error.retryable, error.retry_after_s,
        error.body,
    )  # fmt: skip


@pytest.mark.parametrize("body", [[], "text", None, 5])
async def test_an_answer_that_is_no_object_is_a_failure_without_words(body: object) -> None:
    async with asked(always(502, body, Retry_After="soon")) as (client, _):
        with pytest.raises(ApiError) as caught:
            await client.status("01a2")
    assert (502, "unknown", False, None) == (
        caught.value.status,
        caught.value.code,
        caught.value.retryable,
        caught.value.retry_after_s,
    )


async def test_a_page_of_html_and_silence_are_no_answers() -> None:
    async def html(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>", content_type="text/html", status=502)

    async def silence(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3)
        return web.Response()

    for answer in (html, silence):
        async with asked(answer) as (client, _):
            with pytest.raises(Unreachable):
                await client.status("01a2")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Unreachable, match="not answered"):
            await BuyClient(session, f"http://127.0.0.1:{free_port()}").status("01a2")


async def test_a_wallet_key_leaves_as_a_ciphertext_that_a_worker_opens() -> None:
    keypair = Keypair()
    async with asked(always(202, STARTED), "a-token") as (client, service):
        started = await client.submit(ORDER, WalletKey.of(keypair), "order-4711")
    assert ("01a2", "100000000") == (started.job_id, started.data.lamports)
    last = service.requests[-1]
    assert ("Bearer a-token", "order-4711") == (
        last.headers["Authorization"],
        last.headers["Idempotency-Key"],
    )
    assert not [form for form in canaries(keypair) for body in service.bodies if form in body]
    sent = json.loads(service.bodies[-1])
    sealed = sent.pop("sealedWalletKey")
    assert {"userId": "user|123", "tokenAddress": MINT, "buyAmount": 0.1} == sent
    purpose = ForUser("user|123", str(keypair.pubkey()), sealed["reference"])
    opened = OPENER.open_for(purpose, _sealed(sealed))
    assert bytes(keypair) == opened.reveal()


def _sealed(told: dict[str, str]) -> Sealed:

    return Sealed(told["keyId"], base64.b64decode(told["ciphertext"]))


async def test_each_way_to_pay_names_the_wallet_once() -> None:
    keypair, signer = Keypair(), UUID(int=7)
    async with asked(always(202, STARTED)) as (client, service):
        sealed = seal(await client.vault_key(), "user|123", Secret(bytes(keypair)), "reference-1")
        ways: dict[str, Payer] = {
            "walletPrivateKey": PlainKey.of(keypair),
            "sealedWalletKey": SealedKey(sealed),
            "custody": OwnWallet(str(keypair.pubkey())),
            "signerId": RegisteredSigner(signer),
        }
        for field, payer in ways.items():
            await client.submit(ORDER, payer, "order-4711")
            sent = json.loads(service.bodies[-1])
            assert {field} == sent.keys() & ways.keys()
            assert (field == "custody") == (sent.get("wallet") == str(keypair.pubkey()))
    assert str(signer) == sent["signerId"]


async def test_a_service_that_seals_in_another_way_gets_no_key() -> None:
    async with asked(always(202, STARTED)) as (client, _):
        vault = (await client.vault_key()).model_copy(update={"suite": "another"})
    with pytest.raises(ValueError, match="does not know"):
        seal(vault, "user", Secret(bytes(Keypair())), "reference-1")


async def test_a_quote_sends_no_user_and_leaves_out_what_is_not_set() -> None:
    async with asked(always(503, {"code": "rpc_unavailable"})) as (client, service):
        with pytest.raises(ApiError):
            await client.quote(ORDER, wallet=MINT)
    assert {"tokenAddress": MINT, "buyAmount": 0.1, "wallet": MINT} == json.loads(
        service.bodies[-1]
    )


@pytest.mark.parametrize("amount", ["0.000000001", "123.456789012", "999999.999999999"])
def test_an_amount_is_exact_on_the_wire(amount: str) -> None:
    sent = json.dumps(ORDER.model_copy(update={"buy_amount": Decimal(amount)}).json_object())
    assert Decimal(amount) == json.loads(sent, parse_float=Decimal)["buyAmount"]


def test_nobody_sees_a_key_by_looking_at_who_pays() -> None:
    keypair = Keypair()
    shown = f"{WalletKey.of(keypair)} {PlainKey.of(keypair)!r}".encode()
    assert not [form for form in canaries(keypair) if form in shown]
