"""The names of platforms, as callers and events write them."""

from typing import Final, Literal, get_args

PlatformName = Literal[
    "auto",
    "jupiter",
    "pumpfun",
    "pumpswap",
    "meteora_damm_v2",
    "meteora_dbc",
    "raydium_amm_v4",
    "raydium_cpmm",
    "raydium_launchlab",
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
RAYDIUM_AMM_V4: Final = "raydium_amm_v4"
RAYDIUM_CPMM: Final = "raydium_cpmm"
RAYDIUM_LAUNCHLAB: Final = "raydium_launchlab"
