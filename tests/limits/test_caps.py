"""How much and how many, over two replicas."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from api.limits.caps import job_ids_from, midnight
from buyqueue.clock import uuid7
from buyqueue.events.codec import Event
from tests.api.refusals import check_refusal
from tests.api.running import Answer
from tests.api.test_jobs import happened, projected
from tests.auth.conftest import Guarded
from tests.auth.makers import token
from tests.controls import events as controls
from tests.controls.start_requests import example
from tests.limits.conftest import Replicas

BUY = 102_000_000
"""Lamports: 0.1 SOL and the priority fee of 0.002."""


async def fifty(pair: Sequence[Guarded], user: str) -> list[Answer]:
    """Fifty orders of one user at once, at both replicas in turn."""
    mine = token(user)
    return await asyncio.gather(
        *(pair[number % 2].start(mine, example(userId=user)) for number in range(50))
    )


async def ended(api: Guarded, job_id: str, *events: Event) -> None:
    await projected(api.api, job_id)
    await happened(api.api, job_id, *events)


async def test_fifty_orders_at_two_replicas_never_pass_the_spend_cap(replicas: Replicas) -> None:
    async with replicas(spend_cap_lamports=7 * BUY + 1, max_open_buys=0) as pair:
        before = await pair[0].api.written()
        answers = await fifty(pair, "capped")
        assert sum(answer.status == 202 for answer in answers) == 7
        refused = [answer for answer in answers if answer.status != 202]
        assert len(refused) == 43
        for answer in refused:
            check_refusal(answer, status=429, code="spend_cap_reached")
            assert answer.body["capLamports"] == str(7 * BUY + 1)
            assert answer.body["leftLamports"] == "1"
            assert 1 <= int(answer.headers["Retry-After"]) <= 86_401
        after = await pair[0].api.written()
        assert [now - then for now, then in zip(after, before, strict=True)] == [7, 7, 7]
        other = await pair[1].start(token("other"), example(userId="other"))
        assert other.status == 202


async def test_fifty_orders_at_two_replicas_never_pass_the_open_ones(replicas: Replicas) -> None:
    async with replicas(max_open_buys=10) as pair:
        answers = await fifty(pair, "busy")
        assert sum(answer.status == 202 for answer in answers) == 10
        for answer in answers:
            if answer.status != 202:
                check_refusal(answer, status=429, code="too_many_open_jobs")
                assert (answer.body["limit"], answer.headers["Retry-After"]) == (10, "5")


async def test_one_buy_above_the_cap_is_not_worth_a_retry(replicas: Replicas) -> None:
    async with replicas(spend_cap_lamports=BUY - 1) as (api, _):
        answer = await api.start(token("rich"), example(userId="rich"))
        check_refusal(answer, status=403, code="spend_cap_reached")
        assert answer.body["retryable"] is False


async def test_a_retry_takes_the_cap_once(replicas: Replicas) -> None:
    """Fifty times the same request, at two replicas, and then there is room for one more.

    They wait for each other, one after the other: longer than usual on a slow machine.
    """
    told = {"spend_cap_lamports": 2 * BUY, "max_open_buys": 2, "submit_timeout_ms": 30_000}
    async with replicas(**told) as pair:
        headers = {"Authorization": f"Bearer {token('retrier')}", "Idempotency-Key": "one"}
        body = example(userId="retrier")
        answers = await asyncio.gather(
            *(
                pair[n % 2].api.call("POST", "/api/external-buy/start", headers=headers, json=body)
                for n in range(50)
            )
        )
        assert {answer.status for answer in answers} == {202}
        assert len({answer.body["jobId"] for answer in answers}) == 1
        assert (await pair[0].start(token("retrier"), body)).status == 202
        assert (await pair[1].start(token("retrier"), body)).status == 429
        # At the cap, what was accepted is still answered.
        again = await pair[1].api.call(
            "POST", "/api/external-buy/start", headers=headers, json=body
        )
        assert again.status == 202


async def test_what_was_not_spent_is_free_again(replicas: Replicas, projector: None) -> None:
    async with replicas(spend_cap_lamports=2 * BUY, max_open_buys=2) as (api, other):
        mine, body = token("refund"), example(userId="refund")
        jobs = [(await api.start(mine, body)).body["jobId"] for _ in range(2)]
        assert (await other.start(mine, body)).status == 429
        await ended(api, jobs[0], controls.failed())
        assert (await other.start(mine, body)).status == 202
        assert (await other.start(mine, body)).status == 429
        assert (await api.cancel(mine, jobs[1])).status == 200
        assert (await other.start(mine, body)).status == 202
        assert (await other.start(mine, body)).status == 429


async def test_a_completed_buy_counts_for_what_it_cost(replicas: Replicas, projector: None) -> None:
    async with replicas(spend_cap_lamports=2 * BUY, max_open_buys=0) as (api, _):
        mine, body = token("spender"), example(userId="spender")
        first = (await api.start(mine, body)).body["jobId"]
        path = [controls.advanced(n) for n in (1, 2, 3)]
        dear = controls.completed().model_copy(update={"lamports_spent": BUY + 1})
        await ended(api, first, *path, controls.quoted(), controls.signed(), dear)
        refused = await api.start(mine, body)
        check_refusal(refused, status=429, code="spend_cap_reached")
        assert refused.body["leftLamports"] == str(BUY - 1)


def test_job_ids_begin_with_their_time() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    unix_ms = int(midnight(moment).timestamp() * 1000)
    assert midnight(moment) == datetime(2026, 1, 2, tzinfo=UTC)
    bound = job_ids_from(midnight(moment))
    assert uuid7(unix_ms - 1, b"\xff" * 10) < bound < uuid7(unix_ms, bytes(10))
    assert isinstance(bound, UUID)
