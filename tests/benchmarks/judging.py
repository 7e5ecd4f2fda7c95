"""What many followers heard, in figures. Pure."""

from collections import Counter
from typing import Any

from tests.benchmarks.follower import Follower


def judged(follower: Follower, expected: dict[int, Any]) -> Counter[str]:
    found = Counter[str]()
    for partition, told in expected.items():
        heard = follower.heard[partition]
        found["missing"] += sum((Counter(told) - Counter(heard)).values())
        found["doubled"] += sum((Counter(heard) - Counter(told)).values())
        found["disordered"] += set(told) == set(heard) and list(heard) != list(told)
    return found
