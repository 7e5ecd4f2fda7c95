"""Faults on demand: rules that say what goes wrong with which calls.

A rule is drawn once per call. `drop` and `delay` concern sendTransaction: the transaction is
accepted and never lands, or lands `slots` later. `http` answers a status, `rpc` a JSON-RPC error,
`latency` waits `ms`, `hang` never answers, `reset` cuts the connection. With `after` the call is
carried out first: the transaction lands, but its answer is an error or lost.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Kind = Literal["drop", "delay", "http", "rpc", "latency", "hang", "reset"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule; `method` is a glob over JSON-RPC methods, `times` how often it may strike."""

    kind: Kind
    method: str = "*"
    probability: float = 1.0
    times: int | None = None
    after: bool = False
    slots: int = 0
    """delay: how many slots later."""
    ms: int = 0
    """latency: how long."""
    status: int = 429
    """http: which status."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """http: for instance Retry-After in s."""
    code: int = -32000
    """rpc: which error code."""
    message: str = "fault"
    data: Any = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown kind of fault: {self.kind}")


def fault_from(plain: Mapping[str, Any]) -> Fault:
    """Read a rule from JSON.

    Raises ValueError for an unknown field or kind.
    """
    unknown = set(plain) - {known.name for known in fields(Fault)}
    if unknown or "kind" not in plain:
        raise ValueError(f"not a fault: unknown {sorted(unknown)} or no kind")
    return Fault(**plain)


class FaultTable:
    """The rules of one node, in the order in which they were added; every match strikes."""

    def __init__(self, seed: str = "faults") -> None:
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable run is the point
        self._rules: dict[int, Fault] = {}
        self._left: dict[int, int | None] = {}
        self._next = 1

    def add(self, fault: Fault) -> int:
        """Add a rule; answer its number."""
        number, self._next = self._next, self._next + 1
        self._rules[number] = fault
        self._left[number] = fault.times
        return number

    def remove(self, number: int) -> None:
        """Take a rule away, if it is still there."""
        self._rules.pop(number, None)
        self._left.pop(number, None)

    def clear(self) -> None:
        """Take all rules away."""
        self._rules.clear()
        self._left.clear()

    @property
    def rules(self) -> dict[int, Fault]:
        """The rules that may still strike, by number."""
        return dict(self._rules)

    def draw(self, method: str) -> list[Fault]:
        """Roll the dice for one call; answer what strikes it."""
        struck = []
        for number, fault in list(self._rules.items()):
            if not fnmatchcase(method, fault.method) or self._dice.random() >= fault.probability:
                continue
            struck.append(fault)
            left = self._left[number]
            if left is not None:
                self._left[number] = left - 1
                if left <= 1:
                    self.remove(number)
        return struck
