"""The venues whose programs we call ourselves, in the order in which ties are broken."""

from typing import Final

from streams.platforms.meteora_damm_v2.platform import MeteoraDammV2
from streams.platforms.pumpfun.platform import PumpFun
from streams.platforms.pumpswap.platform import PumpSwap
from streams.platforms.venue import Venue

VENUES: Final[tuple[Venue, ...]] = (
    PumpFun(),
    PumpSwap(),
    MeteoraDammV2(),
)
