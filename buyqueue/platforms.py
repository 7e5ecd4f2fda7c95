"""The names of platforms, as callers and events write them."""

from typing import Final, Literal, get_args

PlatformName = Literal[
    "auto",
    "jupiter",
    "pumpfun",
    "pumpswap",
    "meteora_damm_v2",
    "meteora_dbc",
]
PLATFORMS: Final[tuple[str, ...]] = get_args(PlatformName)
AUTO: Final = "auto"
"""Let the service choose."""
JUPITER: Final = "jupiter"
METEORA_DAMM_V2: Final = "meteora_damm_v2"
METEORA_DBC: Final = "meteora_dbc"
PUMPFUN: Final = "pumpfun"
"""pump.fun's bonding curve."""
PUMPSWAP: Final = "pumpswap"
"""pump.fun's own pools, to which its curves migrate."""
