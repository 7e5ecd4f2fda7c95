"""A good order is written down, sealed and appended, in that order, and answered."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from buyqueue.events.events import BuyRequested
from buyqueue.log.topic import partition_of
from buyqueue.sealing import Opener, Sealed
from buyqueue.tables import SUBMISSIONS, VAULT
from tests.api.conftest import VAULT_PRIVATE_KEY
from tests.api.log_of import events_of
from tests.api.running import Api
from tests.controls import start_requests as requests
from tests.controls.events import MINT
from tests.controls.start_requests import example, raw

WALLET = str(requests.WALLET_KEYPAIR.pubkey())


async def test_the_answer_has_the_originals_shape(api: Api) -> None:
    answer = await api.start(example())
    assert answer.status == 202
    body = answer.body
    assert {"success", "jobId", "message", "data"} == set(body)
    assert body["success"] is True
    assert UUID(body["jobId"]).version == 7
    data = body["data"]
    original = {name: data[name] for name in ("userId", "tokenAddress", "buyAmount", "status")}
    assert original == {
        "userId": "user123",
        "tokenAddress": MINT,
        "buyAmount": 0.1,
        "status": "queued",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", data["createdAt"])


async def test_the_log_holds_the_order_and_the_rows_know_where(api: Api) -> None:
    job_id = (await api.start(example(slippage=5, priorityFee=0, platform="jupiter"))).body["jobId"]
    (event,) = await events_of(api.parts.settings.kafka_bootstrap_servers, job_id)
    assert isinstance(event, BuyRequested)
    assert event.model_dump(include={"user_id", "mint", "wallet", "platform", "custody"}) == {
        "user_id": "user123",
        "mint": MINT,
        "wallet": WALLET,
        "platform": "jupiter",
        "custody": "service",
    }
    assert (event.lamports, event.slippage_bps, event.priority_fee_lamports) == (10**8, 500, 0)
    async with api.parts.engine.connect() as connection:
        row = (await connection.execute(select(SUBMISSIONS))).one()
    assert (str(row.job_id), row.partition) == (job_id, partition_of(UUID(job_id), 4))
    assert row.offset is not None
    assert row.created_at == event.occurred_at


async def test_the_sealed_key_opens_for_this_job_and_wallet(api: Api) -> None:
    job_id = UUID((await api.start(example())).body["jobId"])
    async with api.parts.engine.connect() as connection:
        row = (await connection.execute(select(VAULT))).one()
    assert (row.job_id, row.wallet) == (job_id, WALLET)
    opened = Opener.from_text(VAULT_PRIVATE_KEY).open(
        Sealed(row.key_id, row.ciphertext), job_id, WALLET
    )
    assert opened.reveal() == bytes(requests.WALLET_KEYPAIR)


NUMBERS = list(bytes(requests.WALLET_KEYPAIR))


@pytest.mark.parametrize(
    "key", [requests.WALLET_KEY, NUMBERS, str(NUMBERS), f" {NUMBERS} "], ids=range(4)
)
async def test_a_wallet_key_may_be_written_three_ways(api: Api, key: Any) -> None:
    answer = await api.start(example(walletPrivateKey=key))
    assert (answer.status, answer.body["data"]["wallet"]) == (202, WALLET)


@pytest.mark.parametrize(
    "mint", [requests.TOKEN_2022_MINT, requests.EXTENDED_MINT, requests.OFF_CURVE_MINT]
)
async def test_mints_of_both_programs_and_off_the_curve(api: Api, mint: str) -> None:
    assert (await api.start(example(tokenAddress=mint))).status == 202


@pytest.mark.parametrize(
    ("field", "literal"),
    [
        ("buyAmount", "1000"),
        ("buyAmount", "1e-1"),
        ("buyAmount", "0.100000000000000000000"),
        ("slippage", "100"),
        ("slippage", "0.01"),
        ("slippage", "null"),
        ("priorityFee", "0.1"),
        ("priorityFee", "0e999999"),
        ("userChatId", "12345678901"),
        ("socketUserId", '"anything"'),
        ("userId", '"\\ud83d\\ude00 \u00e9"'),
    ],
)
async def test_the_edges_of_what_is_taken(api: Api, field: str, literal: str) -> None:
    answer = await api.start(raw(field, literal))
    assert answer.status == 202, answer.body


async def test_amounts_keep_every_digit(api: Api) -> None:
    answer = await api.start(raw("buyAmount", "999.123456789"))
    assert answer.body["data"]["lamports"] == "999123456789"


async def test_defaults_are_the_originals(api: Api) -> None:
    data = (await api.start(example())).body["data"]
    assert (data["slippage"], data["priorityFee"], data["platform"]) == (3, 0.002, "auto")


async def test_an_automatic_fee_has_the_default_as_its_cap_unless_one_is_given(api: Api) -> None:
    data = (await api.start(example(priorityFee="auto"))).body["data"]
    assert ("auto", 0.002) == (data["priority"], data["priorityFee"])
    capped = example(priorityFee="auto", maxPriorityFee=0.0005)
    data = (await api.start(capped)).body["data"]
    assert ("auto", 0.0005) == (data["priority"], data["priorityFee"])


async def test_a_co_signer_is_allowed_only_by_the_order_itself(api: Api) -> None:
    allowed = (await api.start(example(allowCoSigner=True))).body["jobId"]
    plain = (await api.start(example(allowCoSigner=False))).body["jobId"]
    found = []
    for job_id in (allowed, plain):
        (event,) = await events_of(api.parts.settings.kafka_bootstrap_servers, job_id)
        assert isinstance(event, BuyRequested)
        found.append(event.co_signer)
    assert found == [True, False]


async def test_the_default_fee_never_exceeds_a_small_amount_and_says_so(api: Api) -> None:
    answer = await api.start(example(buyAmount=0.001))
    assert answer.body["data"]["priorityFee"] == 0.001
    assert "limited to its amount, 0.001 SOL" in answer.body["message"]


async def test_every_answer_carries_its_request_id_and_the_security_headers(api: Api) -> None:
    answer = await api.call("GET", "/", headers={"X-Request-Id": "my-request-1"})
    assert answer.headers["X-Request-Id"] == "my-request-1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "aiohttp" not in answer.headers["Server"]
    missing = await api.call("GET", "/none", headers={"X-Request-Id": "<script>"})
    assert UUID(missing.headers["X-Request-Id"])
