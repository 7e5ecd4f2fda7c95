"""Blocks and the age of their hashes.

One linear chain: no votes, no forks other than `BlockLine.cut`. The hash of a block is a digest of
its parent's, its slot and the chain's seed, so that the same run yields the same hashes.
"""

from collections import deque
from dataclasses import dataclass
from hashlib import sha256

from solders.hash import Hash

FIRST_SLOT = 435_888_000
FIRST_HEIGHT = 413_000_000
"""NB: not the slot, as on the real chain, where skipped slots have no block."""
SLOTS_PER_EPOCH = 432_000
MAX_AGE = 150
"""Blocks for which a hash may be used (Agave: MAX_PROCESSING_AGE)."""
CONFIRMED_DEPTH = 1
FINALIZED_DEPTH = 31
KEPT = 20_000
"""Two hours and more; whoever proves that something never landed looks at each."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block; `unix_time` in s."""

    slot: int
    height: int
    parent_slot: int
    blockhash: Hash
    unix_time: int


def blockhash_after(parent: Hash, slot: int, seed: str) -> Hash:
    """Answer the hash of the block at `slot`; another slot on the same parent differs."""
    return Hash(sha256(b"%b|%d|%b" % (bytes(parent), slot, seed.encode())).digest())


class BlockLine:
    """The last `KEPT` blocks, oldest first; never empty once a block was appended."""

    def __init__(self) -> None:
        self._blocks: deque[Block] = deque(maxlen=KEPT)
        self._heights: dict[Hash, int] = {}

    @property
    def tip(self) -> Block:
        """The newest block."""
        return self._blocks[-1]

    @property
    def oldest(self) -> Block:
        """The oldest block still kept."""
        return self._blocks[0]

    def __len__(self) -> int:
        return len(self._blocks)

    def append(self, block: Block) -> None:
        """Add the next block and forget the oldest."""
        if len(self._blocks) == KEPT:
            self._heights.pop(self._blocks[0].blockhash, None)
        self._blocks.append(block)
        self._heights[block.blockhash] = block.height

    def cut(self, count: int) -> list[Block]:
        """Take the newest blocks away; answer them newest first."""
        removed = [self._blocks.pop() for _ in range(count)]
        for block in removed:
            del self._heights[block.blockhash]
        return removed

    def behind(self, depth: int) -> Block:
        """Answer the block that many blocks below the tip, or the oldest kept."""
        return self._blocks[max(-1 - depth, -len(self._blocks))]

    def last_up_to(self, slot: int) -> Block:
        """Answer the newest block at or below a slot, or the oldest kept."""
        for block in reversed(self._blocks):
            if block.slot <= slot:
                return block
        return self.oldest

    def at_slot(self, slot: int) -> Block | None:
        """Answer the block of a slot; None if the slot was skipped or is not kept."""
        block = self.last_up_to(slot)
        return block if block.slot == slot else None

    def between(self, first: int, last: int) -> list[Block]:
        """Answer the blocks of some slots, both ends included, oldest first."""
        return [block for block in self._blocks if first <= block.slot <= last]

    def slots(self, height: int, most: int) -> list[int]:
        """Answer the slots of the last blocks up to a height, oldest first."""
        return [block.slot for block in self._blocks if height - most < block.height <= height]

    def height_of(self, blockhash: Hash) -> int | None:
        """Answer at which height a hash was made, if it is known."""
        return self._heights.get(blockhash)

    def usable_at(self, blockhash: Hash, height: int) -> bool:
        """Say whether the frozen bank at `height` accepts the hash: its age is 0 to 150 blocks.

        NB: the block that is *built* on that bank, `height + 1`, goes by the same rule, so a
        transaction may land one block above its lastValidBlockHeight (Agave, blockhash_queue.rs).
        """
        made = self._heights.get(blockhash)
        return made is not None and 0 <= height - made <= MAX_AGE
