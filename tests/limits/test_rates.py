"""How often, over two replicas."""

import asyncio

import pytest

from api.limits.rates import rate_of
from tests.api.refusals import check_refusal
from tests.auth.makers import token
from tests.controls.start_requests import example
from tests.limits.conftest import Replicas

JOB = "0190b6d0-0000-7000-8000-000000000001"


async def test_fifty_requests_at_two_replicas_share_one_allowance(replicas: Replicas) -> None:
    async with replicas(rate_limit_per_minute=20) as pair:
        mine = token("alice")
        answers = await asyncio.gather(
            *(pair[number % 2].status(mine, JOB) for number in range(50))
        )
        allowed = [answer for answer in answers if answer.status == 404]
        refused = [answer for answer in answers if answer.status == 429]
        # One more comes back each three seconds.
        assert 20 <= len(allowed) <= 22
        assert len(allowed) + len(refused) == 50
        left = sorted(int(answer.headers["RateLimit-Remaining"]) for answer in allowed)
        assert left[-1] == 19
        assert left[0] == 0
        for answer in refused:
            check_refusal(answer, status=429, code="rate_limited")
            assert answer.body["retryable"] is True
            assert 1 <= int(answer.headers["Retry-After"]) <= 3
            assert answer.headers["RateLimit-Limit"] == "20"
            assert answer.headers["RateLimit-Remaining"] == "0"
            assert 0 < int(answer.headers["RateLimit-Reset"]) <= 60
        assert (await pair[0].status(token("bob"), JOB)).status == 404


async def test_what_a_refusal_promises_is_true(replicas: Replicas) -> None:
    async with replicas(rate_limit_per_minute=60) as (api, _):
        mine = token("alice")
        answers = await asyncio.gather(*(api.status(mine, JOB) for _ in range(70)))
        refused = next(answer for answer in answers if answer.status == 429)
        await asyncio.sleep(int(refused.headers["Retry-After"]) + 0.1)
        assert (await api.status(mine, JOB)).status == 404


async def test_too_many_submissions_append_nothing(replicas: Replicas) -> None:
    async with replicas(rate_limit_per_minute=5) as pair:
        before = await pair[0].api.written()
        mine = token("alice")
        answers = await asyncio.gather(
            *(pair[n % 2].start(mine, example(userId="alice")) for n in range(12))
        )
        taken = sum(answer.status == 202 for answer in answers)
        assert taken == 5
        after = await pair[0].api.written()
        assert [now - then for now, then in zip(after, before, strict=True)] == [5, 5, 5]


@pytest.mark.parametrize(
    ("allowed", "used_s", "remaining", "reset_s", "retry_s"),
    [(True, 1, 59, 1, 0), (True, 60, 0, 60, 0), (False, 60, 0, 60, 1), (False, 59.5, 0, 60, 1)],
)
def test_a_rate_of_sixty_a_minute(
    *, allowed: bool, used_s: float, remaining: int, reset_s: int, retry_s: int
) -> None:
    rate = rate_of(60, allowed=allowed, used_s=used_s)
    assert (rate.remaining, rate.reset_s, rate.retry_s) == (remaining, reset_s, retry_s)
