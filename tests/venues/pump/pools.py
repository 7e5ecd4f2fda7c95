"""Markets on PumpSwap: coins whose curve was bought up and moved by the real programs."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from buyqueue.platforms import PUMPSWAP
from streams.chain.instructions import create_token_account
from streams.platforms.pumpfun.accounts import read_curve
from streams.platforms.pumpfun.instructions import Trade, buy_exact_out
from tests.venues.ground import SOL, Ground
from tests.venues.pump.coins import (
    TOKEN,
    TOKEN_2022,
    account,
    create_spl,
    create_v2,
    curve_of,
    migrate,
    patch,
)
from tests.venues.pump.state import configure, named, several

COIN_CREATOR_AT, MAYHEM_AT, CASHBACK_AT, VIRTUAL_AT, CREATOR_FEE_AT = 211, 243, 244, 245, 261
HOLDER_REWARD_AT = 270


@dataclass(frozen=True)
class PoolMarket:
    """A migrated coin; flags that the programs no longer set are written afterwards."""

    name: str
    create: Callable[[Ground], Pubkey]
    changes: Mapping[int, bytes] = field(default_factory=dict)
    size: int | None = None
    venue: str = PUMPSWAP
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
        pool = migrate(ground, mint, complete(ground, mint))
        if self.changes or self.size:
            patch(ground, pool, dict(self.changes), self.size)
        return str(mint)


def complete(ground: Ground, mint: Pubkey) -> Pubkey:
    """Buy all that a curve still has; answer the mint's program."""
    program = TOKEN_2022 if ground.data(account(curve_of(mint), mint, TOKEN_2022)) else TOKEN
    maker = ground.maker.pubkey()
    buyback = Pubkey(several("buyback", 8)[:32])
    trade = Trade(str(maker), str(mint), str(program), maker, named("fee"), buyback)
    opened = create_token_account(str(maker), str(mint), str(program))
    left = read_curve(ground.data(curve_of(mint))).real_token
    ground.send(opened, buy_exact_out(trade, left, 100 * SOL))
    return program


def less(lamports: int) -> bytes:
    return (-lamports).to_bytes(16, "little", signed=True)


POOLS = (
    PoolMarket("pumpswap-spl", create_spl),
    PoolMarket("pumpswap-token-2022", create_v2),
    PoolMarket("pumpswap-virtual", create_v2, {VIRTUAL_AT: less(3_363_613)}),
    PoolMarket("pumpswap-cashback", create_v2, {CASHBACK_AT: b"\1"}),
    PoolMarket("pumpswap-mayhem", create_v2, {MAYHEM_AT: b"\1"}),
    PoolMarket("pumpswap-creator-fee", create_v2, {CREATOR_FEE_AT: struct.pack("<Q", 250)}),
    PoolMarket("pumpswap-holder-reward", create_v2, {HOLDER_REWARD_AT: b"\1"}),
    PoolMarket("pumpswap-no-creator", create_spl, {COIN_CREATOR_AT: bytes(32)}),
    PoolMarket("pumpswap-243-bytes", create_spl, size=243),
)
