"""Markets on pump.fun's bonding curve, one for each kind of coin."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from buyqueue.platforms import PUMPFUN
from tests.venues.ground import Ground
from tests.venues.pump.coins import create_spl, create_v2, curve_of, patch
from tests.venues.pump.state import configure

MAYHEM_AT, CASHBACK_AT, CREATOR_FEE_AT, HOLDER_REWARD_AT = 81, 82, 115, 124


@dataclass(frozen=True)
class CurveMarket:
    """Coins are created by the program; flags that it no longer sets are written afterwards."""

    name: str
    create: Callable[[Ground], Pubkey]
    changes: Mapping[int, bytes] = field(default_factory=dict)
    size: int | None = None
    """An old account's size, bytes."""
    venue: str = PUMPFUN
    needs: tuple[str, ...] = (
        "pump",
        "pump_amm",
        "pump_fees",
        "mayhem_program",
        "mpl_token_metadata",
    )
    exact: bool = True

    def prepare(self, ground: Ground) -> None:
        configure(ground)

    def open(self, ground: Ground) -> str:
        mint = self.create(ground)
        if self.changes or self.size:
            patch(ground, curve_of(mint), dict(self.changes), self.size)
        return str(mint)


CURVES = (
    CurveMarket("pumpfun-spl", create_spl),
    CurveMarket("pumpfun-token-2022", create_v2),
    CurveMarket("pumpfun-mayhem", create_v2, {MAYHEM_AT: b"\1"}),
    CurveMarket("pumpfun-cashback", create_v2, {CASHBACK_AT: b"\1"}),
    CurveMarket("pumpfun-creator-fee", create_v2, {CREATOR_FEE_AT: struct.pack("<Q", 250)}),
    CurveMarket("pumpfun-holder-reward", create_v2, {HOLDER_REWARD_AT: b"\1"}),
    CurveMarket("pumpfun-no-creator", create_spl, {49: bytes(32)}),
    *(CurveMarket(f"pumpfun-{size}-bytes", create_spl, size=size) for size in (81, 83, 125, 151)),
)
