"""What the checker looks at: read from outside, after the faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID

from buyqueue.log.record import Recorded

Kind = Literal["double", "lost", "wrong", "leaked"]
Heard = tuple[str, int, int]
"""A socket message's name, partition and cursor."""


class Broken(NamedTuple):
    """A promise that was not kept. Without a job it concerns all of them."""

    kind: Kind
    job_id: UUID | None
    what: str


@dataclass(frozen=True)
class Asked:
    """A buy that was accepted; each has a wallet of its own, with these lamports in it."""

    job_id: UUID
    wallet: str
    funds: int


@dataclass(frozen=True)
class OnChain:
    """What the chain says of a wallet: what it paid for, failed ones too, and what it lost."""

    landed: tuple[str, ...] = ()
    spent: int = 0


@dataclass(frozen=True)
class Projected:
    """What Postgres holds, and what a fold of the log says that it must hold."""

    found: Mapping[str, Any]
    expected: Mapping[str, Any]


@dataclass(frozen=True)
class Listened:
    """What a socket client heard, by partition, and what the log says that it must have heard."""

    heard: Mapping[int, Sequence[Heard]]
    expected: Mapping[int, Sequence[Heard]]


@dataclass(frozen=True)
class Evidence:
    """Everything that was left behind. What was not looked at is None."""

    asked: Sequence[Asked]
    log: Sequence[Recorded]
    chain: Mapping[UUID, OnChain]
    keys: frozenset[UUID] = field(default_factory=frozenset)
    """Buys whose sealed key is still in the vault."""
    projected: Projected | None = None
    listened: Listened | None = None
