"""Every route, with everything that is not the right credential for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest

from api.app import create_app
from api.auth.access import NEEDS, PUBLIC
from api.auth.caller import Scope
from api.auth.claims import LAST_SECOND
from tests.api.quiet_relay import NoSockets, QuietRelay
from tests.api.refusals import check_refusal
from tests.auth.conftest import Guarded
from tests.auth.makers import (
    EC_KEY,
    ED_KEY,
    OWN_SECRET,
    RSA_KEY,
    at,
    bad_tokens,
    claims,
    signed,
    token,
)
from tests.controls.events import MINT
from tests.controls.start_requests import example

JOB = "0190b6d0-0000-7000-8000-000000000001"
CLOSED = [(method, path.replace("{jobId}", JOB), need) for (method, path), need in NEEDS.items()]


def body_for(path: str) -> dict[str, Any]:
    if path.endswith("/start"):
        return {"json": example(userId="alice")}
    return {"json": {"userId": "alice"}} if path.endswith("/token") else {}


def ours(said: dict[str, Any]) -> str:
    return jwt.encode(said, OWN_SECRET, "HS256", headers={"kid": "external-buy"})


async def test_every_route_says_who_may_ask_it(guarded: Guarded) -> None:
    parts = replace(guarded.api.parts, relay=QuietRelay(), sockets=NoSockets())
    for route in create_app(parts).router.routes():
        assert route.resource is not None
        path = route.resource.canonical
        method = "GET" if route.method == "HEAD" else route.method
        assert path in PUBLIC or (method, path) in NEEDS, path


@pytest.mark.parametrize("path", ["/", "/health/live", "/api/cto/health", "/openapi.json"])
async def test_public_routes_ask_nobody(guarded: Guarded, path: str) -> None:
    assert (await guarded.call("GET", path, None)).status == 200


async def test_without_a_credential_nothing_is_answered_or_appended(guarded: Guarded) -> None:
    before = await guarded.api.written()
    for method, path, _ in CLOSED:
        answer = await guarded.call(method, path, None, **body_for(path))
        check_refusal(answer, status=401, code="unauthenticated")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="external-buy"'
    assert await guarded.api.written() == before


@pytest.mark.parametrize("wrong", sorted(bad_tokens().keys() - {"too long"}))
async def test_a_bad_credential_is_refused_everywhere(guarded: Guarded, wrong: str) -> None:
    before = await guarded.api.written()
    credential = bad_tokens()[wrong]
    for method, path, _ in CLOSED:
        answer = await guarded.call(method, path, credential, **body_for(path))
        check_refusal(answer, status=401, code="unauthenticated")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        assert credential not in answer.text
    assert await guarded.api.written() == before


async def test_several_or_strange_credentials_are_refused(guarded: Guarded) -> None:
    path = f"/api/external-buy/job/{JOB}/status"
    good = token()
    for headers in (
        {"Authorization": f"Bearer {good}", "X-Api-Key": good},
        {"Authorization": "Basic YWxpY2U6eA=="},
        {"Authorization": good},
        {"Cookie": f"token={good}"},
    ):
        answer = await guarded.api.call("GET", path, headers=headers)
        check_refusal(answer, status=401, code="unauthenticated")
    answer = await guarded.api.call("GET", f"{path}?token={good}")
    assert answer.status == 401


async def test_a_wrong_scope_is_refused_and_nothing_appended(guarded: Guarded) -> None:
    before = await guarded.api.written()
    for method, path, need in CLOSED:
        if need is None:
            continue
        others = " ".join(scope for scope in Scope if scope != need)
        for credential in (
            token(scope=others),
            token(scope=""),
            token(scope=...),
            await guarded.key(frozenset(Scope) - {need}),
        ):
            answer = await guarded.call(method, path, credential, **body_for(path))
            check_refusal(answer, status=403, code="forbidden")
    assert await guarded.api.written() == before


@pytest.mark.parametrize(
    "made",
    [
        token,
        lambda: token(aud=["other", "external-buy"]),
        lambda: token(exp=at(-10)),
        lambda: token(exp=LAST_SECOND),
        lambda: signed(RSA_KEY, "RS256", "rsa"),
        lambda: signed(EC_KEY, "ES256", "ec"),
        lambda: signed(ED_KEY, "EdDSA", "ed"),
        lambda: ours(claims(iss="external-buy", aud=...)),
    ],
    ids=["shared", "audiences", "leeway", "for ever", "RS256", "ES256", "EdDSA", "ours"],
)
async def test_a_good_token_starts_reads_and_cancels(
    guarded: Guarded, made: Callable[[], str]
) -> None:
    good = made()
    answer = await guarded.start(good, example(userId="alice"))
    assert answer.status == 202
    assert (await guarded.status(good, answer.body["jobId"])).status == 200
    assert (await guarded.cancel(good, answer.body["jobId"])).status in (200, 202)


async def test_an_order_for_another_user_has_a_code_of_its_own(guarded: Guarded) -> None:
    before = await guarded.api.written()
    for credential in (token("alice"), await guarded.key(user="alice")):
        answer = await guarded.start(credential, example(userId="bob"))
        check_refusal(answer, status=403, code="wrong_user", field="userId")
    answer = await guarded.start(token("alice", job=JOB), example(userId="alice"))
    check_refusal(answer, status=403, code="forbidden")
    assert await guarded.api.written() == before


async def test_another_users_job_is_as_unknown_as_any(guarded: Guarded, projector: None) -> None:
    """Also once the projection knows it; and a cancel of it appends nothing."""
    job_id = (await guarded.start(token("alice"), example(userId="alice"))).body["jobId"]
    before = await guarded.api.written()
    unknown = await guarded.status(token("bob"), JOB)
    check_refusal(unknown, status=404, code="job_not_found", field="jobId")
    for credential in (token("bob"), await guarded.key(user="bob"), token("alice", job=JOB)):
        for ask in (guarded.status, guarded.cancel):
            answer = await ask(credential, job_id)
            assert (answer.status, answer.body) == (404, unknown.body)
    assert await guarded.api.written() == before
    for credential in (token("alice"), token("alice", job=job_id), await guarded.key()):
        assert (await guarded.status(credential, job_id)).status == 200


async def test_only_its_own_user_answers_for_a_wallet(guarded: Guarded) -> None:
    wallet = {"custody": "client", "wallet": MINT, "walletPrivateKey": ...}
    started = await guarded.start(token("alice"), example(userId="alice", **wallet))
    path = f"/api/external-buy/job/{started.body['jobId']}/signature"
    answer = {"requestId": JOB, "refused": True}
    before = await guarded.api.written()
    for credential in (token("bob"), await guarded.key(user="bob"), token("alice", job=JOB)):
        other = await guarded.call("POST", path, credential, json=answer)
        check_refusal(other, status=404, code="job_not_found", field="jobId")
    for credential in (token("alice"), await guarded.key()):
        own = await guarded.call("POST", path, credential, json=answer)
        check_refusal(own, status=409, code="no_sign_request")
    assert await guarded.api.written() == before


async def test_a_service_key_orders_for_any_user(guarded: Guarded) -> None:
    key = await guarded.key()
    for user in ("alice", "bob"):
        answer = await guarded.start(key, example(userId=user))
        assert answer.status == 202
        mine = await guarded.status(token(user), answer.body["jobId"])
        assert mine.status == 200


async def test_a_route_that_is_not_there_tells_nothing_else(guarded: Guarded) -> None:
    assert (await guarded.call("GET", "/api/nothing", None)).status == 404
