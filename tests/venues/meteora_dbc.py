"""Coins on Meteora's bonding curve, launched by the program's own instructions."""

import struct
from dataclasses import dataclass
from hashlib import sha256

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.meteora_dbc.accounts import (
    EVENT_AUTHORITY,
    FEES_IN_QUOTE,
    POOL_AUTHORITY,
    PROGRAM,
    pool_address,
)
from tests.venues.coins import metas
from tests.venues.ground import SOL, Ground
from tests.venues.meteora_damm_v2 import DYNAMIC, u128

METADATA = Pubkey.from_string("metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s")
THRESHOLD = 85 * SOL
Q64 = 1 << 64
START = Q64 * 53 // 10_000
"""A root price: 0.000028 lamports a base unit."""


@dataclass(frozen=True)
class Launch:
    """A launchpad's terms; `name` makes its config account's key."""

    name: str
    fee: int = 10_000_000
    steps: int = 0
    lasts: int = 0
    change: int = 0
    kind: int = 0
    collects: int = FEES_IN_QUOTE
    is_dynamic: bool = False
    program: str = TOKEN_PROGRAM
    threshold: int = THRESHOLD

    @property
    def config(self) -> Keypair:
        return Keypair.from_seed(sha256(f"launchpad|{self.name}".encode()).digest())

    @property
    def parameters(self) -> bytes:
        """`ConfigParameters`: 85 SOL over three segments, then DAMM v2."""
        half = self.threshold << 128
        points = [(START * 2, half // (START * 4)), (START * 4, half // (START * 2))]
        points.append((START * 40, half // START))
        curve = b"".join(u128(root) + u128(liquidity) for root, liquidity in points)
        base = struct.pack("<QHQQB", self.fee, self.steps, self.lasts, self.change, self.kind)
        is_2022 = self.program == TOKEN_2022_PROGRAM
        return (
            base + (DYNAMIC if self.is_dynamic else b"\x00")
            + bytes([self.collects, 1, 1, is_2022, 6, 0, 100, 0, 0])
            + struct.pack("<Q", self.threshold) + u128(START) + bytes(40)
            + b"\x00\x00" + bytes([50, 1]) + bytes(2) + bytes(4) + bytes(8) + bytes(13) * 2
            + bytes(1) + bytes(16) + b"\x00" + bytes(2) + bytes(2)
            + struct.pack("<I", len(points)) + curve
        )  # fmt: skip


def pda(*seeds: bytes) -> Pubkey:
    return Pubkey.find_program_address(list(seeds), PROGRAM)[0]


def create_config(ground: Ground, launch: Launch) -> None:
    maker, config = ground.maker.pubkey(), launch.config
    accounts = metas(
        (config.pubkey(), "ws"), (maker, ""), (maker, ""), (WRAPPED_SOL, ""), (maker, "ws"),
        (SYSTEM_PROGRAM, ""), (EVENT_AUTHORITY, ""), (PROGRAM, ""),
    )  # fmt: skip
    data = bytes.fromhex("c9cff3724b6f2fbd") + launch.parameters
    ground.send(Instruction(PROGRAM, data, accounts), signers=[config])


def launch_coin(ground: Ground, launch: Launch) -> str:
    """Create a coin and its curve; answer the mint."""
    maker, key, config = ground.maker.pubkey(), Keypair(), launch.config.pubkey()
    mint = key.pubkey()
    pool = Pubkey.from_string(pool_address(str(config), str(mint)))
    vaults = [
        pda(b"token_vault", bytes(one), bytes(pool))
        for one in (mint, Pubkey.from_string(WRAPPED_SOL))
    ]
    text = b"".join(struct.pack("<I", len(one)) + one for one in (b"Coin", b"COIN", b"ipfs://c"))
    shared: list[tuple[Pubkey | str, str]] = [
        (config, ""), (POOL_AUTHORITY, ""), (maker, "s"), (mint, "ws"), (WRAPPED_SOL, ""),
        (pool, "w"), (vaults[0], "w"), (vaults[1], "w"),
    ]  # fmt: skip
    after: list[tuple[Pubkey | str, str]] = [
        (maker, "ws"),
        (TOKEN_PROGRAM, ""),
        (launch.program, ""),
        (SYSTEM_PROGRAM, ""),
    ]
    after += [(EVENT_AUTHORITY, ""), (PROGRAM, "")]
    name = "a976334e916edc9b"
    if launch.program == TOKEN_PROGRAM:
        name = "8c55d7b06636684f"
        seeds = [b"metadata", bytes(METADATA), bytes(mint)]
        metadata = Pubkey.find_program_address(seeds, METADATA)[0]
        shared += [(metadata, "w"), (METADATA, "")]
    data = bytes.fromhex(name) + text
    ground.send(Instruction(PROGRAM, data, metas(*shared, *after)), signers=[key])
    return str(mint)


@dataclass
class DbcMarket:
    """One kind of launch."""

    name: str
    launch: Launch
    exact: bool = True
    venue: str = "meteora_dbc"
    needs: tuple[str, ...] = ("dynamic_bonding_curve", "mpl_token_metadata")

    def prepare(self, ground: Ground) -> None:
        create_config(ground, self.launch)

    def open(self, ground: Ground) -> str:
        return launch_coin(ground, self.launch)


MARKETS = (
    DbcMarket("meteora_dbc-spl", Launch("spl")),
    DbcMarket("meteora_dbc-token_2022", Launch("token_2022", program=TOKEN_2022_PROGRAM)),
    DbcMarket("meteora_dbc-fees_in_coins", Launch("coins", collects=1)),
    DbcMarket("meteora_dbc-dynamic", Launch("dynamic", is_dynamic=True), exact=False),
    DbcMarket(
        "meteora_dbc-falling",
        Launch("falling", fee=90_000_000, steps=80, lasts=60, change=1_000_000),
        exact=False,
    ),
    DbcMarket(
        "meteora_dbc-limited",
        Launch("limited", steps=10, lasts=3_600, change=SOL, kind=2),
        exact=False,
    ),
)
LAUNCHPADS = tuple(str(market.launch.config.pubkey()) for market in MARKETS)
