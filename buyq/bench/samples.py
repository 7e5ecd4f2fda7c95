"""What is measured of one buy, and the figures of many. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Percentiles = dict[str, float]


@dataclass(slots=True)
class Sample:
    """One buy, as its client saw it: seconds of one clock, None for what did not happen."""

    wallet: str
    asked_at: float
    answered_at: float | None = None
    sent_at: float | None = None
    """When a node had taken the transaction, by the log."""
    job_id: str | None = None
    refused: str | None = None
    first_progress_at: float | None = None
    result_at: float | None = None
    results: int = 0
    result: dict[str, Any] | None = None


def percentiles(seconds: Iterable[float]) -> Percentiles | None:
    """Answer p50, p95, p99 and the greatest, in ms (nearest rank); None of nothing."""
    ordered = sorted(seconds)
    if not ordered:
        return None
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000, 1)
        for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    }


def between(samples: Sequence[Sample], begin: str, end: str) -> Percentiles | None:
    """Answer the percentiles from one moment of each buy to another, where both happened."""
    moments = ((getattr(one, begin), getattr(one, end)) for one in samples)
    return percentiles(b - a for a, b in moments if a is not None and b is not None)


def landing_to_result(
    samples: Sequence[Sample], confirmed_at: dict[int, float]
) -> Percentiles | None:
    """Answer how long a result came after its slot was confirmed: what we add to the chain."""
    return percentiles(
        max(0.0, one.result_at - confirmed_at[slot])
        for one in samples
        if one.result and one.result_at is not None
        if (slot := one.result.get("slot")) in confirmed_at
    )


def chain_alone(samples: Sequence[Sample], confirmed_at: dict[int, float]) -> Percentiles | None:
    """Answer what a buy takes without us: from a node's taking it to its slot's confirmation."""
    return percentiles(chain for _, chain in _wall_and_chain(samples, confirmed_at))


def wall_over_chain(samples: Sequence[Sample], confirmed_at: dict[int, float]) -> float | None:
    """Answer the median of a buy's whole time, submission to result, over the chain's own."""
    ratios = [wall / chain for wall, chain in _wall_and_chain(samples, confirmed_at)]
    return round(median(ratios), 2) if ratios else None


def _wall_and_chain(
    samples: Sequence[Sample], confirmed_at: dict[int, float]
) -> Iterator[tuple[float, float]]:
    for one in samples:
        slot = one.result.get("slot") if one.result else None
        if one.sent_at is None or one.result_at is None or slot not in confirmed_at:
            continue
        if (chain := confirmed_at[slot] - one.sent_at) > 0:
            yield one.result_at - one.asked_at, chain


def wrong(samples: Sequence[Sample], spent: dict[str, int]) -> list[str]:
    """Answer every buy that is lost, doubled or told wrongly; `spent`: lamports by wallet.

    Each wallet makes one buy, so what left it must be what its one result says.
    """
    found = []
    for one in samples:
        if one.job_id is None:
            continue
        if one.results != 1:
            found.append(f"{one.job_id}: {one.results} results")
        told = int(one.result["lamportsSpent"]) if one.result else 0
        if told != spent[one.wallet]:
            found.append(f"{one.job_id}: told {told} lamports, spent {spent[one.wallet]}")
    return found
