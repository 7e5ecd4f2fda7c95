"""The figures of a load, and the mistakes that it must not overlook."""

from typing import Any

import pytest

from buyq.bench.samples import (
    Sample,
    between,
    chain_alone,
    landing_to_result,
    percentiles,
    wall_over_chain,
    wrong,
)


def bought(job: str = "j", wallet: str = "w", **other: Any) -> Sample:
    result = {"success": True, "lamportsSpent": "100", "slot": 7}
    known: dict[str, Any] = {
        "answered_at": 1.5,
        "job_id": job,
        "first_progress_at": 2.0,
        "result_at": 3.0,
        "results": 1,
        "result": result,
    }
    return Sample(wallet, 1.0, **(known | other))


def test_percentiles_are_by_nearest_rank_in_ms() -> None:
    assert percentiles([]) is None
    assert percentiles([0.001]) == {"p50": 1.0, "p95": 1.0, "p99": 1.0, "max": 1.0}
    hundred = [number / 1000 for number in range(1, 101)]
    assert percentiles(reversed(hundred)) == {"p50": 51, "p95": 96, "p99": 100, "max": 100}


def test_what_did_not_happen_is_left_out() -> None:
    samples = [bought(), bought(result_at=None)]
    assert between(samples, "asked_at", "result_at") == percentiles([2.0])


def test_a_result_is_measured_from_the_confirmation_of_its_slot() -> None:
    assert landing_to_result([bought(), bought(result={"slot": 8})], {7: 2.75}) == percentiles(
        [0.25]
    )


def test_a_buy_is_held_against_the_time_that_the_chain_took_alone() -> None:
    samples = [bought(sent_at=1.75), bought(), bought(sent_at=2.0, result={"slot": 8})]
    assert chain_alone(samples, {7: 2.75}) == percentiles([1.0])
    assert wall_over_chain(samples, {7: 2.75}) == 2.0
    assert wall_over_chain([bought()], {7: 2.75}) is None


def test_a_load_without_mistakes_has_none() -> None:
    assert wrong([bought(), Sample("x", 0.0, refused="HTTP 429")], {"w": 100, "x": 0}) == []


@pytest.mark.parametrize(
    ("sample", "spent"),
    [
        (bought(results=0, result=None, result_at=None), 0),  # lost
        (bought(results=2), 100),  # told twice
        (bought(), 200),  # bought twice
        (bought(), 0),  # told and not bought
        (bought(result={"success": False, "lamportsSpent": "0"}), 100),  # bought and told failed
    ],
)
def test_each_kind_of_mistake_is_reported(sample: Sample, spent: int) -> None:
    assert len(wrong([sample], {"w": spent})) == 1
