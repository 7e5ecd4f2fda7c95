"""Tokens made from credentials: never more than what they were made from."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import jwt
import pytest

from api.auth.caller import Caller, Scope
from api.auth.granting import FOR_A_JOB, FOR_A_USER, LONGEST_TTL_S, Wish, grant
from api.web.problem import Problem
from buyqueue.errors import InvalidInput
from tests.api.refusals import check_refusal
from tests.auth.conftest import Guarded
from tests.auth.makers import at, now, token
from tests.controls.start_requests import example

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
JOB = UUID("0190b6d0-0000-7000-8000-000000000001")


def some_scopes(dice: Random) -> frozenset[Scope]:
    return frozenset(dice.sample(list(Scope), dice.randint(0, 4)))


def test_whatever_is_asked_for_a_grant_never_widens() -> None:
    """20,000 random credentials and wishes."""
    dice, granted = Random(7), 0
    for _ in range(20_000):
        end = NOON + timedelta(seconds=dice.randint(-10, 5_000))
        caller = Caller(
            "x",
            some_scopes(dice),
            user_id=dice.choice([None, "alice", "bob"]),
            job_id=dice.choice([None, None, JOB]),
            expires_at=dice.choice([None, end]),
        )
        wish = Wish(
            user_id=dice.choice([None, "alice", "bob"]),
            job_id=dice.choice([None, JOB]),
            scopes=some_scopes(dice) or frozenset({Scope.READ}),
            ttl=timedelta(seconds=dice.randint(1, LONGEST_TTL_S)),
        )
        owner = dice.choice([None, "alice", "bob"]) if wish.job_id else None
        try:
            made = grant(caller, wish, owner, NOON)
        except (Problem, InvalidInput):
            continue
        granted += 1
        assert made.scopes <= caller.scopes
        assert made.scopes <= (FOR_A_USER if made.job_id is None else FOR_A_JOB)
        assert made.user_id is not None
        assert caller.acts_for(made.user_id)
        assert caller.job_id is None
        assert made.job_id is None or owner == made.user_id
        assert made.expires_at is not None
        assert NOON < made.expires_at <= NOON + timedelta(seconds=LONGEST_TTL_S)
        assert caller.expires_at is None or made.expires_at <= caller.expires_at
    assert granted > 500


async def test_a_backend_makes_a_browsers_token(guarded: Guarded) -> None:
    answer = await guarded.mint(
        await guarded.key(), userId="alice", scopes=["submit", "read"], ttlSeconds=60
    )
    assert answer.status == 201
    data = answer.body["data"]
    assert (data["userId"], data["jobId"], data["scopes"]) == ("alice", None, ["submit", "read"])
    assert 55_000 < data["expiresAt"] - now().timestamp() * 1000 <= 60_000
    started = await guarded.start(data["token"], example(userId="alice"))
    assert started.status == 202
    job_id = started.body["jobId"]
    assert (await guarded.status(data["token"], job_id)).status == 200
    check_refusal(await guarded.cancel(data["token"], job_id), status=403, code="forbidden")
    other = await guarded.start(data["token"], example(userId="bob"))
    check_refusal(other, status=403, code="wrong_user", field="userId")


async def test_by_default_a_token_only_reads(guarded: Guarded) -> None:
    data = (await guarded.mint(token("alice"))).body["data"]
    assert (data["userId"], data["scopes"]) == ("alice", ["read"])


async def test_what_would_widen_is_refused(guarded: Guarded) -> None:
    job_id = (await guarded.start(token("alice"), example(userId="alice"))).body["jobId"]
    reader = token("alice", "read")
    for credential, body, status, code in (
        (reader, {"scopes": ["submit"]}, 403, "forbidden"),
        (token("alice"), {"scopes": ["admin"]}, 403, "forbidden"),
        (token("alice"), {"jobId": job_id, "scopes": ["submit"]}, 403, "forbidden"),
        (token("alice"), {"userId": "bob"}, 403, "wrong_user"),
        (token("bob"), {"jobId": job_id}, 404, "job_not_found"),
        (token("bob"), {"jobId": str(JOB)}, 404, "job_not_found"),
        (token("alice", job=job_id), {}, 403, "forbidden"),
        (await guarded.key(user="alice"), {"userId": "bob"}, 403, "wrong_user"),
        (await guarded.key(), {"userId": "bob", "jobId": job_id}, 404, "job_not_found"),
        (await guarded.key(), {}, 400, "invalid_request"),
        (token("alice"), {"ttlSeconds": 3_601}, 400, "invalid_request"),
        (token("alice"), {"ttlSeconds": 0.5}, 400, "invalid_request"),
        (token("alice"), {"scopes": []}, 400, "invalid_request"),
        (token("alice"), {"scopes": ["everything"]}, 400, "invalid_request"),
        (token("alice"), {"expiresAt": 1}, 400, "invalid_request"),
    ):
        answer = await guarded.mint(credential, **body)
        assert (answer.status, answer.body["code"]) == (status, code), (body, answer.body)


async def test_tokens_made_of_tokens_do_not_live_longer(guarded: Guarded) -> None:
    end = at(100)
    once = (await guarded.mint(token("alice", exp=end), ttlSeconds=3_600)).body["data"]
    twice = (await guarded.mint(once["token"], ttlSeconds=3_600)).body["data"]
    for data in (once, twice):
        said = jwt.decode(data["token"], options={"verify_signature": False})
        assert said["exp"] == end
    late = await guarded.mint(token("alice", exp=at(-5)))
    check_refusal(late, status=401, code="unauthenticated")


@pytest.mark.parametrize("field", ["userId", "jobId"])
async def test_a_field_of_another_type_is_refused(guarded: Guarded, field: str) -> None:
    assert (await guarded.mint(token(), **{field: 7})).status == 400
