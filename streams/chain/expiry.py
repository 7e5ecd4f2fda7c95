"""Proving that a transaction can never land."""

import asyncio
from dataclasses import dataclass

from buyqueue.errors import BuyQueueError
from buyqueue.events.values import ExpiryProof
from buyqueue.rpc import RpcNode
from streams.chain.nodes import Nodes
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
class Unproven:
    """Nothing is proven yet, and this is why."""

    reason: str


Verdict = Dead | Alive | Unproven


async def examine(nodes: Nodes, signature: str, last_valid: int, margin_blocks: int) -> Verdict:
    """Ask every node for its proof that `signature` is absent and can no longer land.

    A proof is a *finalized* block height above `last_valid + 1 + margin_blocks` and then a
    search of the whole history, answered at a slot no older than that finalized one, without
    the signature. The one is needed because a block at `last_valid + 1` may still include it:
    a node counts a blockhash's age from its frozen bank (Agave `is_hash_index_valid`).
    """
    words = await asyncio.gather(
        *(_ask(node, signature, last_valid, margin_blocks) for node in nodes.all)
    )
    for word in words:
        if isinstance(word, Alive):
            return word
    for word in words:
        if isinstance(word, Unproven):
            return word
    return Dead(tuple(word for word in words if isinstance(word, ExpiryProof)))


async def _ask(
    node: RpcNode, signature: str, last_valid: int, margin_blocks: int
) -> ExpiryProof | Alive | Unproven:
    try:
        epoch = await node.call("getEpochInfo", {"commitment": "finalized"})
        height, slot = int(epoch["blockHeight"]), int(epoch["absoluteSlot"])
        found = await node.call(
            "getSignatureStatuses", [signature], {"searchTransactionHistory": True}
        )
    except BuyQueueError as error:
        return Unproven(error.text)
    status = status_of(found["value"][0])
    if status:
        return Alive(status)
    if height <= last_valid + 1 + margin_blocks:
        return Unproven(f"{node.name}: finalized height {height} is not past {last_valid} yet")
    searched = int(found["context"]["slot"])
    if searched < slot:
        return Unproven(f"{node.name}: searched at slot {searched}, before {slot}")
    return ExpiryProof(
        node=node.name,
        finalized_block_height=height,
        finalized_slot=slot,
        searched_at_slot=searched,
    )
