"""What many followers heard, in figures. Pure."""

from collections import Counter
from typing import Any

from tests.benchmarks.follower import Follower


def percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))])
        for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    }


def judged(follower: Follower, expected: dict[int, Any]) -> Counter[str]:
    found = Counter[str]()
    for partition, told in expected.items():
        heard = follower.heard[partition]
        found["missing"] += sum((Counter(told) - Counter(heard)).values())
        found["doubled"] += sum((Counter(heard) - Counter(told)).values())
        found["disordered"] += set(told) == set(heard) and list(heard) != list(told)
    return found
