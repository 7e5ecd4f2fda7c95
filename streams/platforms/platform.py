"""What every platform offers to the worker, whoever builds its transaction."""

from dataclasses import dataclass
from typing import Protocol

from buyqueue.buy.state import Order
from buyqueue.events.values import Fees, VenueSeen


@dataclass(frozen=True, slots=True)
class Figures:
    """A quote: lamports, base units, bps."""

    platform: str
    reason: str
    lamports_in: int
    expected_out: int
    minimum_out: int
    fees: Fees
    price_impact_bps: int | None
    request_id: str = ""
    candidates: tuple[VenueSeen, ...] = ()
    """Every place where the token was seen to trade, the chosen one first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote and the transaction that takes it."""

    figures: Figures
    transaction: str
    """Base64, complete but for the wallet's signature. Untrusted until guarded."""
    last_valid_block_height: int
    """As its builder tells it, untrusted; the worker holds it against its own nodes' bound."""
    tip_lamports: int = 0
    rent_lamports: int = 0
    """The most that the wallet pays for accounts that are not its own."""
    signatures: int = 1
    """The chain charges for each."""
    executed_as: str = ""
    """Set if somebody else signs after the wallet, where this names it: lands by the platform."""


class Platform(Protocol):
    """A platform."""

    name: str

    async def quote(self, order: Order) -> Figures:
        """Answer the figures alone, for a wallet that need not hold anything.

        Raises Retryable if the platform cannot now, Refused if it will not.
        """

    async def offer(self, order: Order) -> Offer:
        """Quote the order and build its transaction; raises as `quote` does."""
