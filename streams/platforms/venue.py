"""What a venue does that we trade on ourselves, by its own program."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from solders.instruction import Instruction

from buyqueue.buy.state import Order
from buyqueue.errors import Code
from streams.chain.snapshot import Snapshot

Read = Callable[[Iterable[str]], Awaitable[Snapshot]]
"""A further look at the chain, for what the first one could not know the address of."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who buys, and which mint."""

    wallet: str
    mint: str


class Standing(StrEnum):
    """Whether a place takes buys."""

    OPEN = "open"
    MIGRATING = "migrating"
    """Complete, and its successor is not there yet: a matter of seconds."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the mint trades, as one snapshot shows it."""

    venue: str
    pool: str
    standing: Standing
    depth_lamports: int
    """The SOL side's real reserve: what says how far a price can be believed."""
    is_launch: bool
    """A launchpad's curve, which nobody but the mint's own launch can open."""
    reason: str
    """Why it stands like that, in words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a venue would fill an order; lamports, base units, bps."""

    swap: Callable[[int], tuple[Instruction, ...]]
    """The venue's own instructions for a minimum out, base units, as the wallet receives it.
    The wallet alone signs."""
    expected_out: int | None
    """What the venue sends, before a transfer fee of the token's own: that is taken off later.
    None where only a simulation can tell (fees that change with time or volatility)."""
    estimated_out: int | None = None
    """Where `expected_out` is None: what it would be by what was read, before the same fee."""
    lamports_in: int | None = None
    """What of the order is spent, where the venue cannot take all; None: all of it."""
    wrap_lamports: int = 0
    """To be wrapped beforehand; 0 where the program takes SOL itself."""
    rent_lamports: int = 0
    """Rent that the wallet pays for accounts other than its token accounts."""
    venue_bps: int = 0
    """The venue's fees together."""
    price_impact_bps: int | None = None

    @property
    def out(self) -> int:
        """What it gives, base units, fees off: as far as can be told without a simulation."""
        return self.estimated_out or 0 if self.expected_out is None else self.expected_out


@dataclass(frozen=True, slots=True)
class Explained:
    """A program's own error, in our words."""

    code: Code
    text: str
    moved_on: bool = False
    """The place is complete or closed meanwhile: look again where the token trades."""


@dataclass(frozen=True, slots=True)
class Charged:
    """What the venue itself took of a landed buy, lamports, by the transaction's metadata."""

    protocol: int = 0
    creator: int = 0
    lp: int = 0


class Venue(Protocol):
    """A venue. Everything but `plan` is pure, and `plan` may only read."""

    @property
    def name(self) -> str:
        """As callers and events write it."""

    @property
    def programs(self) -> frozenset[str]:
        """Whose errors `explain` knows."""

    def addresses(self, target: Target) -> Sequence[str]:
        """Derive what `candidate` and `plan` want to see in the one snapshot of detection."""

    def candidates(self, target: Target, seen: Snapshot) -> Sequence[Candidate]:
        """Answer the venue's places for this mint, by owner and reserves, open or not."""

    async def plan(self, order: Order, chosen: Candidate, seen: Snapshot, read: Read) -> Plan:
        """Price the order. Raises Refused if the venue cannot take it, and says why."""

    def explain(self, custom: int) -> Explained | None:
        """Translate a custom error of its programs; None for one it does not know."""

    def charged(self, transaction: Any, wallet: str, mint: str) -> Charged:
        """Read the venue's fees from a `getTransaction` answer (encoding `json`)."""
