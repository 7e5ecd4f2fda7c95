"""What LaunchLab's own event tells of its fees. Pure.

Layout: `TradeEvent` of the program's IDL (borsh): after the pool and nine numbers, four fees.
"""

import struct
from collections.abc import Iterable
from typing import Final

from streams.platforms.venue import Charged

_EVENT: Final = bytes.fromhex("bddb7fd34ee661ee")
_FEES: Final = struct.Struct("<4Q")
_FEES_AT: Final = 8 + 32 + 9 * 8


def charged(events: Iterable[bytes]) -> Charged:
    """Add up a transaction's trades, lamports; the launchpad's fee counts as the protocol's."""
    told = [_FEES.unpack_from(event, _FEES_AT) for event in events if event.startswith(_EVENT)]
    return Charged(
        protocol=sum(protocol + platform + shared for protocol, platform, _, shared in told),
        creator=sum(creator for _, _, creator, _ in told),
    )
