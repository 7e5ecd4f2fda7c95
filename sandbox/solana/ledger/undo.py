"""What accounts were before each block: for reads as of a commitment, and for roll-back."""

from collections import OrderedDict

from solders.account import Account
from solders.pubkey import Pubkey

Images = dict[Pubkey, Account | None]
"""None: the account did not exist."""
KEPT = 256


class UndoLog:
    """Before-images of the last `KEPT` blocks, by height; older reads get the oldest state."""

    def __init__(self) -> None:
        self._images: OrderedDict[int, Images] = OrderedDict()

    def open(self, height: int) -> None:
        """Begin a block."""
        self._images[height] = {}
        while len(self._images) > KEPT:
            self._images.popitem(last=False)

    def record(self, pubkey: Pubkey, before: Account | None) -> None:
        """Note what an account was; within one block the first note counts."""
        height = next(reversed(self._images))
        self._images[height].setdefault(pubkey, before)

    def load(self, height: int, images: Images) -> None:
        """Put back one block's images after a restart; heights must rise."""
        self._images[height] = images

    def newest(self) -> Images:
        """Answer the images of the newest block."""
        return self._images[next(reversed(self._images))]

    def oldest_height(self) -> int:
        """Answer the lowest height whose images are kept."""
        return next(iter(self._images))

    def as_of(self, height: int, pubkey: Pubkey, now: Account | None) -> Account | None:
        """Answer what an account was at the end of the block at `height`; `now` if unchanged."""
        found = now
        for block_height, images in reversed(self._images.items()):
            if block_height <= height:
                break
            if pubkey in images:
                found = images[pubkey]
        return found

    def since(self, height: int) -> Images:
        """Answer every account that changed after `height`, as it was then."""
        merged: Images = {}
        for block_height, images in reversed(self._images.items()):
            if block_height <= height:
                break
            merged.update(images)
        return merged

    def pop(self) -> Images:
        """Take the newest block's images away."""
        return self._images.popitem()[1]
