"""Every market that the conformance suite is run against; a venue adds its own here."""

from typing import Final

from tests.venues import meteora_damm_v2, meteora_dbc, raydium_amm_v4, raydium_cpmm
from tests.venues.market import Market
from tests.venues.pump.curves import CURVES
from tests.venues.pump.pools import POOLS

MARKETS: Final[tuple[Market, ...]] = (
    *CURVES,
    *POOLS,
    *meteora_damm_v2.MARKETS,
    *meteora_dbc.MARKETS,
    *raydium_cpmm.MARKETS,
    *raydium_amm_v4.MARKETS,
)
