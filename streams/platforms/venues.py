"""The venues whose programs we call ourselves, in the order in which ties are broken."""

from typing import Final

from streams.platforms.meteora_damm_v2.platform import MeteoraDammV2
from streams.platforms.pumpfun.platform import PumpFun
from streams.platforms.pumpswap.platform import PumpSwap
from streams.platforms.raydium_cpmm.platform import RaydiumCpmm
from streams.platforms.raydium_launchlab.platform import RaydiumLaunchLab
from streams.platforms.venue import Venue

VENUES: Final[tuple[Venue, ...]] = (
    PumpFun(),
    RaydiumLaunchLab(),
    PumpSwap(),
    MeteoraDammV2(),
    RaydiumCpmm(),
)
