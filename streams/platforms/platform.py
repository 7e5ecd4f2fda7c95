"""What every venue offers to the worker."""

from dataclasses import dataclass
from typing import Protocol

from buyqueue.buy.state import Order
from buyqueue.events.events import Fees


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote and the transaction that takes it; lamports, base units, bps."""

    platform: str
    reason: str
    lamports_in: int
    expected_out: int
    minimum_out: int
    fees: Fees
    price_impact_bps: int | None
    request_id: str
    transaction: str
    """Base64, complete but for the wallet's signature. Untrusted until guarded."""
    last_valid_block_height: int
    """As the venue tells it; the worker takes the later of this and its own bound."""


class Platform(Protocol):
    """A venue."""

    name: str

    async def offer(self, order: Order) -> Offer:
        """Quote the order and build its transaction.

        Raises Retryable if the venue cannot now, Refused if it will not.
        """
