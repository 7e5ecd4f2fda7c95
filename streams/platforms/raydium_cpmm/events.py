"""What the CPMM's own event tells of its fees. Pure.

Layout: `SwapEvent` of raydium-io/raydium-cp-swap, whose newer builds append the mints and the fees.
"""

import struct
from collections.abc import Iterable
from typing import Final

from streams.platforms.raydium.product import fee_within
from streams.platforms.venue import Charged

_EVENT: Final = bytes.fromhex("40c6cde8260871e2")
_SWAPPED: Final = struct.Struct("<4Q")
_FEES: Final = struct.Struct("<QQ?")
_SWAPPED_AT, _FEES_AT = 40, 153


def charged(events: Iterable[bytes]) -> Charged:
    """Add up a transaction's swaps, lamports.

    NB: `lp` is the trade fee, of which the pool sets a part aside for protocol and fund. A
    creator's fee in coins counts for what they cost at the swap's own price.
    """
    told = [_charged(event) for event in events if event.startswith(_EVENT)]
    return Charged(creator=sum(one.creator for one in told), lp=sum(one.lp for one in told))


def _charged(event: bytes) -> Charged:
    here, there, paid, out = _SWAPPED.unpack_from(event, _SWAPPED_AT)
    if len(event) < _FEES_AT + _FEES.size:  # an older build, which tells no fee
        return Charged(lp=fee_within(paid, here, there, out))
    trade_fee, creator_fee, on_input = _FEES.unpack_from(event, _FEES_AT)
    if not on_input and creator_fee:
        creator_fee = paid * creator_fee // (out + creator_fee)
    return Charged(creator=creator_fee, lp=trade_fee)
