"""Proving that a transaction can never land."""

import asyncio
from dataclasses import dataclass

from buyqueue.errors import BuyQueueError
from buyqueue.events.values import ExpiryProof
from buyqueue.rpc import RpcNode
from streams.chain.history import gap
from streams.chain.nodes import Nodes
from streams.chain.sought import Sought, landed_as
from streams.chain.statuses import Status, status_of


@dataclass(frozen=True, slots=True)
class Dead:
    """Every node proved it."""

    proofs: tuple[ExpiryProof, ...]


@dataclass(frozen=True, slots=True)
class Alive:
    """A node knows the signature."""

    status: Status


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A node shows the message that was sought under this signature, finalized."""

    signature: str


@dataclass(frozen=True, slots=True)
class Unproven:
    """Nothing is proven yet, and this is why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Where a transaction may land: after a slot, and up to a height (and one block more)."""

    since: int | None
    """The slot of a block that was final before anybody had it; None: an older version signed."""
    last_valid: int


Verdict = Dead | Alive | Elsewhere | Unproven


async def examine(
    nodes: Nodes,
    signature: str | None,
    lifetime: Lifetime,
    margin_blocks: int,
    wanted: Sought | None = None,
) -> Verdict:
    """Ask every node for its proof that `signature` is absent and can no longer land.

    A proof is a *finalized* block height above the last valid one `+ 1 + margin_blocks` and then a
    search of the whole history, answered at a slot no older than that finalized one, without
    the signature. The one is needed because a block at `last_valid + 1` may still include it:
    a node counts a blockhash's age from its frozen bank (Agave `is_hash_index_valid`). And the
    node's history holds every block of that lifetime: of others it would say the same (`history`).

    `wanted`: the message must be absent under every other signature of its wallet, too; then the
    signature may be unknown, None.
    """
    words = await asyncio.gather(
        *(_ask(node, signature, lifetime, margin_blocks, wanted) for node in nodes.all)
    )
    for word in words:
        if isinstance(word, Alive | Elsewhere):
            return word
    for word in words:
        if isinstance(word, Unproven):
            return word
    return Dead(tuple(word for word in words if isinstance(word, ExpiryProof)))


async def _ask(
    node: RpcNode,
    signature: str | None,
    lifetime: Lifetime,
    margin_blocks: int,
    wanted: Sought | None,
) -> ExpiryProof | Alive | Elsewhere | Unproven:
    last_valid = lifetime.last_valid
    try:
        epoch = await node.call("getEpochInfo", {"commitment": "finalized"})
        height, slot = int(epoch["blockHeight"]), int(epoch["absoluteSlot"])
        searched = slot
        if signature is not None:
            found = await node.call(
                "getSignatureStatuses", [signature], {"searchTransactionHistory": True}
            )
            status = status_of(found["value"][0])
            if status:
                return Alive(status)
            searched = int(found["context"]["slot"])
        if height <= last_valid + 1 + margin_blocks:
            return Unproven(f"{node.name}: finalized height {height} is not past {last_valid} yet")
        if searched < slot:
            return Unproven(f"{node.name}: searched at slot {searched}, before {slot}")
        other = await landed_as(node, wanted, slot) if wanted else None
        if other is not None:
            return Elsewhere(other)
        # After the searches: what a node forgets meanwhile, it must not have forgotten before.
        missing = await gap(node, lifetime.since, last_valid, (slot, height))
    except BuyQueueError as error:
        return Unproven(error.text)
    if missing:
        return Unproven(missing)
    return ExpiryProof(
        node=node.name,
        finalized_block_height=height,
        finalized_slot=slot,
        searched_at_slot=searched,
    )
