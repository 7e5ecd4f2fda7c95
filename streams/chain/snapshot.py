"""Many accounts as one answer of a node shows them, so that they fit each other."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from streams.chain.accounts import Account
from streams.chain.nodes import Nodes

CLOCK_SYSVAR: Final = "SysvarC1ock11111111111111111111111111111111"
_EPOCH_AT, _UNIX_TIMESTAMP_AT = 16, 32


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Accounts at one slot; a key that was not read is a bug of whoever asks for it."""

    slot: int
    accounts: Mapping[str, Account | None]

    def owned(self, key: str, program: str) -> bytes | None:
        """Answer the data of an account that this program owns, else None."""
        account = self.accounts[key]
        return account.data if account and account.owner == program else None

    @property
    def unix_time(self) -> int:
        """The chain's own clock, unix s (sysvar Clock, byte 32); 0 where the node hides it."""
        return self._clock(_UNIX_TIMESTAMP_AT)

    @property
    def epoch(self) -> int:
        """The chain's epoch (sysvar Clock, byte 16); 0 where the node hides it."""
        return self._clock(_EPOCH_AT)

    def _clock(self, at: int) -> int:
        clock = self.accounts[CLOCK_SYSVAR]
        return int(struct.unpack_from("<q", clock.data, at)[0]) if clock else 0


async def read_snapshot(nodes: Nodes, keys: Iterable[str]) -> Snapshot:
    """Read up to 99 different accounts, and the clock, in one call, as of `confirmed`.

    Raises Unavailable if no node answers, ValueError if there are more.
    """
    wanted = list(dict.fromkeys([CLOCK_SYSVAR, *keys]))
    seen = await nodes.accounts(wanted)
    return Snapshot(seen.slot, dict(zip(wanted, seen.accounts, strict=True)))
