"""Whether a node's history is whole where a transaction may have landed.

A node says null of a signature in a slot that its history does not hold, as it does of one that
is nowhere (solana-labs/solana#26497): of what was before the snapshot it began from, and of what
lies between that and an older history on its disk. Heights count blocks, so where as many blocks
are listed as heights lie between two of them, none is missing.
"""

from typing import Any, Final

from buyqueue.rpc import RpcNode
from streams.chain.lifetime import BLOCKHASH_LIFE
from streams.chain.nodes import Nodes

FINAL: Final = {"commitment": "finalized"}
_BARE: Final = {
    **FINAL,
    "transactionDetails": "none",
    "rewards": False,
    "maxSupportedTransactionVersion": 0,
}
ROUNDS: Final = 8
"""Of stepping back; each leaves only as many blocks as slots were skipped in the one before."""


async def final_slot(nodes: Nodes) -> int:
    """Answer a slot that is final now: what is signed later lands later. Raises Unavailable."""
    return int(await nodes.read("getSlot", FINAL))


async def gap(
    node: RpcNode, since: int | None, last_valid: int, tip: tuple[int, int]
) -> str | None:
    """Answer what a node lacks of the blocks that may hold a transaction; None for a whole history.

    They begin with `since`, the slot of a block that was final before anybody had the transaction,
    and end with the one at height `last_valid + 1`, which must be final. `tip`: slot and height of
    a final block, to step back from where `since` is unknown: an older version signed.
    Raises RpcError and Unavailable.
    """
    first = since if since is not None else await _long_before(node, last_valid, *tip)
    if first is None:
        return f"{node.name}: its history does not reach back to before the signature"
    begins = await _height(node, first)
    count = last_valid + 2 - begins
    slots = await _blocks(node, first, count) if begins >= 0 and count > 0 else []
    if (
        slots
        and len(slots) == count
        and slots[0] == first
        and await _height(node, slots[-1]) == last_valid + 1
    ):
        return None
    return f"{node.name}: blocks are missing from its history after slot {first}"


async def _long_before(node: RpcNode, last_valid: int, slot: int, height: int) -> int | None:
    """Answer a block from which on a transaction may have landed, by its last valid height alone.

    When it was signed, a node was no more than a blockhash's life below that height, and the
    venue's word for it no more than another one above.
    """
    wanted = last_valid - 2 * BLOCKHASH_LIFE
    for _ in range(ROUNDS):
        found = await _blocks(node, max(0, slot - (height - wanted)), 1)
        if not found:
            return None
        slot, height = found[0], await _height(node, found[0])
        if height <= wanted:
            return slot
    return None


async def _blocks(node: RpcNode, start: int, most: int) -> list[int]:
    return [int(slot) for slot in await node.call("getBlocksWithLimit", start, most, FINAL)]


async def _height(node: RpcNode, slot: int) -> int:
    """Answer a block's height; -1 where the node does not tell it."""
    block: Any = await node.call("getBlock", slot, _BARE)
    height = block.get("blockHeight") if isinstance(block, dict) else None
    return height if isinstance(height, int) else -1
