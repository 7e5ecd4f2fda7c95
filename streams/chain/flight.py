"""A recorded transaction under way, and what may become of it."""

from dataclasses import dataclass
from typing import Any

from streams.chain.expiry import Dead, Elsewhere
from streams.chain.fill import Fill
from streams.chain.sought import Sought


@dataclass(frozen=True, slots=True)
class Flight:
    """A recorded transaction under way."""

    signature: str
    transaction: str
    last_valid_block_height: int
    wallet: str
    mint: str
    sent: bool
    undecided: bool
    request_id: str = ""
    """Set if a second signature is missing: only who adds it can send it."""
    may_send: bool = True
    """False: it is only watched; whoever sent it, if anybody did, is not known here."""
    searched_from: int | None = None
    """A slot after which alone it can land; None in what an older version signed."""
    sought: Sought | None = None
    """Set if its wallet's holder may send it under another signature."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """These nodes took it."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landed:
    """It is confirmed, or failed by the chain (`fill.error`) and finalized."""

    fill: Fill
    transaction: Any
    """The node's whole answer to `getTransaction`."""


@dataclass(frozen=True, slots=True)
class Settled:
    """It is finalized where it was first seen to land."""

    slot: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """It is past its last valid height, or by the clock where no node tells one; none proved it."""


Outcome = Accepted | Landed | Overdue | Dead | Elsewhere
