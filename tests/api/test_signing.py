"""Answers to requests to sign, on a real log with a projection that follows it."""

from typing import Any
from uuid import UUID

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from buyqueue.events.signatures import SignatureAnswered
from tests.api.refusals import check_refusal, refused
from tests.api.running import Answer, Api
from tests.api.test_jobs import happened, requests_for
from tests.controls import events as controls
from tests.controls import signatures as own
from tests.controls.own_wallet import signature_of, unsigned_transfer, with_signature
from tests.controls.start_requests import example

WALLET = Keypair.from_seed(b"w" * 32)
REQUEST = str(own.REQUESTS[0])
OFF_CURVE = str(Pubkey.find_program_address([b"wallet"], Pubkey.default())[0])


def order(**other: Any) -> dict[str, Any]:
    named = {"custody": "client", "wallet": str(WALLET.pubkey()), "walletPrivateKey": ...}
    return example(**(named | other))


async def asked(api: Api) -> tuple[str, str]:
    """Start a buy and let its wallet be asked; the job, and the transaction."""
    job_id = str((await api.start(order())).body["jobId"])
    transaction = unsigned_transfer(WALLET.pubkey())
    request = own.signature_requested().model_copy(update={"transaction": transaction})
    phases = [controls.advanced(number) for number in (1, 2, 3)]
    await happened(api, job_id, *phases, controls.quoted(), request)
    return job_id, transaction


async def answer(api: Api, job_id: str, **fields: Any) -> Answer:
    body = {"requestId": REQUEST} | fields
    return await api.call("POST", f"/api/external-buy/job/{job_id}/signature", json=body)


async def test_an_order_for_the_users_own_wallet_carries_no_key(api: Api) -> None:
    started = await api.start(order())
    assert (202, str(WALLET.pubkey())) == (started.status, started.body["data"]["wallet"])
    assert 1 == (await api.written())[1]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"custody": "service"}, "invalid_request", "custody"),
        ({"custody": True}, "invalid_request", "custody"),
        ({"wallet": None}, "invalid_wallet", "wallet"),
        ({"wallet": "not base 58 0"}, "invalid_wallet", "wallet"),
        ({"wallet": OFF_CURVE}, "invalid_wallet", "wallet"),
        ({"wallet": [1]}, "invalid_wallet", "wallet"),
        ({"custody": None, "signerId": REQUEST}, "invalid_wallet", "wallet"),
        ({"walletPrivateKey": str(WALLET)}, "invalid_request", "custody"),
        ({"allowCoSigner": True}, "invalid_request", "allowCoSigner"),
    ],
)
async def test_an_order_that_names_no_wallet_of_its_own(
    api: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    await refused(api, order(**fields), status=400, code=code, field=field)


async def test_the_status_shows_what_waits_for_the_wallet(api: Api, projector: None) -> None:
    job_id, transaction = await asked(api)
    view = (await api.status(job_id)).body["data"]
    assert "active" == view["status"]
    request = view["signRequest"]
    assert {
        "jobId": job_id,
        "requestId": REQUEST,
        "wallet": str(WALLET.pubkey()),
        "transaction": transaction,
        "lamports": "100000000",
        "minimumOut": "970000",
        "lastValidBlockHeight": own.LAST_VALID,
    }.items() <= request.items()
    assert REQUEST == view["progress"]["details"]["signRequestId"]
    await answer(api, job_id, refused=True)
    assert "signRequest" not in (await api.status(job_id)).body["data"]


@pytest.mark.parametrize("whole", [False, True], ids=["the signature", "the whole transaction"])
async def test_a_signature_counts_once_and_may_be_sent_again(
    api: Api,
    projector: None,
    whole: bool,  # noqa: FBT001
) -> None:
    job_id, transaction = await asked(api)
    signature = signature_of(transaction, WALLET)
    signed = with_signature(transaction, signature)
    fields = {"transaction": signed} if whole else {"signature": signature}
    for _ in range(2):
        taken = await answer(api, job_id, **fields)
        assert (200, "signed") == (taken.status, taken.body["status"])
    assert 1 == await requests_for(api, job_id, SignatureAnswered)
    check_refusal(await answer(api, job_id, refused=True), status=409, code="no_sign_request")
    other = signature_of(transaction, WALLET, drawn=True)
    check_refusal(await answer(api, job_id, signature=other), status=409, code="no_sign_request")


async def test_a_refusal_is_final_and_ends_nothing_yet(api: Api, projector: None) -> None:
    job_id, transaction = await asked(api)
    taken = await answer(api, job_id, refused=True)
    assert (200, "refused") == (taken.status, taken.body["status"])
    late = await answer(api, job_id, signature=signature_of(transaction, WALLET))
    check_refusal(late, status=409, code="no_sign_request")
    assert "active" == (await api.status(job_id)).body["data"]["status"]


async def test_a_signature_of_anything_else_is_none(api: Api, projector: None) -> None:
    job_id, transaction = await asked(api)
    before = await api.written()
    other = unsigned_transfer(WALLET.pubkey(), lamports=2)
    changed = with_signature(other, signature_of(other, WALLET))
    for fields, field in (
        ({"signature": signature_of(transaction, Keypair())}, "signature"),
        ({"signature": signature_of(other, WALLET)}, "signature"),
        ({"signature": str(Signature.default())}, "signature"),
        ({"signature": "0" * 88}, "signature"),
        ({"signature": "A" * 10_000}, "signature"),
        ({"transaction": changed}, "transaction"),
        ({"transaction": transaction}, "transaction"),
        ({"transaction": "AAAA"}, "transaction"),
        ({"transaction": "!"}, "transaction"),
        ({"transaction": 5}, "transaction"),
    ):
        wrong = await answer(api, job_id, **fields)
        check_refusal(wrong, status=400, code="invalid_signature", field=field)
    assert before == await api.written()
    good = await answer(api, job_id, signature=signature_of(transaction, WALLET))
    assert 200 == good.status


async def test_what_is_no_answer_at_all(api: Api, projector: None) -> None:
    job_id, _ = await asked(api)
    for fields, field in (
        ({}, "signature"),
        ({"refused": False}, "refused"),
        ({"refused": True, "signature": "A"}, "signature"),
        ({"refused": True, "requestId": "1"}, "requestId"),
        ({"refused": True, "more": 1}, "more"),
    ):
        wrong = await answer(api, job_id, **fields)
        check_refusal(wrong, status=400, code="invalid_request", field=field)


async def test_nothing_waits_for_an_answer_to_another_request_or_buy(
    api: Api, projector: None
) -> None:
    job_id, transaction = await asked(api)
    signature = signature_of(transaction, WALLET)
    other = await answer(api, job_id, signature=signature, requestId=str(own.REQUESTS[1]))
    check_refusal(other, status=409, code="no_sign_request")
    unknown = str(UUID(int=UUID(job_id).int + 1))
    check_refusal(
        await answer(api, unknown, refused=True), status=404, code="job_not_found", field="jobId"
    )


async def test_a_cancel_wins_over_a_later_signature_and_is_not_over_yet(
    api: Api, projector: None
) -> None:
    job_id, transaction = await asked(api)
    for _ in range(2):
        cancelled = await api.cancel(job_id)
        assert (202, "cancelling") == (cancelled.status, cancelled.body["status"])
    late = await answer(api, job_id, signature=signature_of(transaction, WALLET))
    check_refusal(late, status=409, code="no_sign_request")
    assert "active" == (await api.status(job_id)).body["data"]["status"]
    await happened(api, job_id, own.signature_expired(), controls.stopped())
    assert "cancelled" == (await api.status(job_id)).body["data"]["status"]


async def test_a_request_that_did_not_count_is_for_nobody_to_sign(
    api: Api, projector: None
) -> None:
    """The second worker's message lost to the first's: signing it would be a second buy."""
    job_id, _ = await asked(api)
    transaction = unsigned_transfer(WALLET.pubkey(), lamports=3)
    lost = own.signature_requested(request=own.REQUESTS[1])
    await happened(api, job_id, lost.model_copy(update={"transaction": transaction}))
    late = await answer(
        api, job_id, requestId=str(own.REQUESTS[1]), signature=signature_of(transaction, WALLET)
    )
    check_refusal(late, status=409, code="no_sign_request")
