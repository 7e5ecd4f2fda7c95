"""One node's view of the chain: how far it lags, whether it is healthy, what goes wrong there."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.solana.faults import FaultTable
from sandbox.solana.ledger.bank import Bank, Commitment
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.rpc.errors import behind, invalid_params, min_context_slot

API_VERSION = "3.1.12"
"""What the answers say the node is; shapes follow that Agave version."""


class View:
    """Two views of one chain may disagree, as two real nodes do; sends reach the same queue."""

    def __init__(self, chain: Chain, *, lag_slots: int = 0, seed: str = "faults") -> None:
        self.chain = chain
        self.lag_slots = lag_slots
        self.healthy = True
        self.lacks = range(0)
        """Slots that its history does not hold, as of a node that began anew from a snapshot."""
        self.faults = FaultTable(seed)
        self.calls: Counter[str] = Counter()
        """How often each method was called."""

    def at(self, commitment: Commitment) -> Bank:
        """Answer the chain as of a commitment, as this node sees it."""
        return self.chain.bank(commitment, self.lag_slots)

    def bank(self, config: Mapping[str, Any]) -> Bank:
        """Answer the bank that a request's config asks for; `finalized` by default.

        Raises RpcError: an unknown commitment, or minContextSlot not reached.
        """
        bank = self.at(commitment_of(config))
        wanted = config.get("minContextSlot")
        if wanted is not None and bank.block.slot < wanted:
            raise min_context_slot(bank.block.slot)
        return bank

    def holds(self, slot: int) -> bool:
        """Tell whether this node's history has what landed in a slot."""
        return slot not in self.lacks

    def require_healthy(self) -> None:
        """Raise RpcError when the node is told to be unhealthy."""
        if not self.healthy:
            raise behind(self.lag_slots)


def commitment_of(config: Mapping[str, Any], name: str = "commitment") -> Commitment:
    """Read a commitment, old names included.

    Raises RpcError for an unknown one.
    """
    match config.get(name):
        case None | "finalized" | "max" | "root":
            return "finalized"
        case "confirmed" | "singleGossip":
            return "confirmed"
        case "processed" | "recent":
            return "processed"
        case other:
            raise invalid_params(f"unknown commitment {other!r}")
