"""What AMM v4's own log tells of its fees. Pure.

Layout: raydium-io/raydium-amm `log.rs` (`SwapBaseInLog`): base64 behind `ray_log: `.
"""

import struct
from base64 import b64decode
from collections.abc import Iterable
from typing import Final

from streams.platforms.raydium.product import fee_within
from streams.platforms.venue import Charged

_MARK: Final = "ray_log: "
_LOG: Final = struct.Struct("<BQQQQQQQ")
_SWAP_BASE_IN, _PC_TO_COIN = 3, 1


def charged(lines: Iterable[str]) -> Charged:
    """Add up a transaction's swaps, lamports.

    NB: `lp` is the whole fee, of which the pool sets a part aside for the protocol. The log tells
    amounts and no fee: it is what the amounts leave, to within what one base unit cost.
    """
    told = (b64decode(line.removeprefix(_MARK)) for line in lines if line.startswith(_MARK))
    return Charged(lp=sum(_fee(one) for one in told if one[:1] == bytes([_SWAP_BASE_IN])))


def _fee(log: bytes) -> int:
    _, paid, _, direction, _, coin, pc, out = _LOG.unpack_from(log)
    here, there = (pc, coin) if direction == _PC_TO_COIN else (coin, pc)
    return fee_within(paid, here, there, out)
