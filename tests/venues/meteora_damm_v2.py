"""DAMM v2 pools, opened by the program's own `initialize_customizable_pool`."""

import math
import struct
from dataclasses import dataclass, field

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.meteora_damm_v2.accounts import (
    COMPOUNDING,
    EVENT_AUTHORITY,
    FEES_IN_B,
    FEES_IN_BOTH,
    POOL_AUTHORITY,
    PROGRAM,
    pools_of,
)
from tests.token_2022 import Extension
from tests.venues.coins import make_coin, metas, wrap_sol
from tests.venues.ground import SOL, Ground

LOWEST, HIGHEST = 4_295_048_016, 79_226_673_521_066_979_257_578_248_091
DYNAMIC = struct.pack("<BHQQHHHII", 1, 1, 1844674407370955, 0, 10, 120, 5_000, 200_000, 50_000)
"""Option byte, bin step, its Q64 in two halves, filter, decay, reduction, most, control."""


@dataclass(frozen=True)
class Terms:
    """What a pool is opened with; fees over 10**9, times in s."""

    fee: int = 10_000_000
    periods: int = 0
    period_s: int = 0
    reduction: int = 0
    kind: int = 0
    collects: int = FEES_IN_B
    compounding_bps: int = 0
    is_dynamic: bool = False
    sol_is_first: bool = False
    program: str = TOKEN_PROGRAM
    extensions: tuple[Extension, ...] = ()
    lamports: int = 100 * SOL
    coins: int = 10**15 // 5

    @property
    def fees(self) -> bytes:
        base = struct.pack(
            "<QHQQB", self.fee, self.periods, self.period_s, self.reduction, self.kind
        )
        dynamic = DYNAMIC if self.is_dynamic else b"\x00"
        return base + struct.pack("<HB", self.compounding_bps, 0) + dynamic

    @property
    def parameters(self) -> bytes:
        second, first = (
            (self.coins, self.lamports) if self.sol_is_first else (self.lamports, self.coins)
        )
        root = math.isqrt((second << 128) // first)
        liquidity = math.isqrt(first * second) << 64
        return (
            self.fees
            + u128(LOWEST) + u128(HIGHEST) + b"\x00" + u128(liquidity) + u128(root)
            + bytes([1, self.collects]) + b"\x00"
        )  # fmt: skip


def u128(number: int) -> bytes:
    return number.to_bytes(16, "little")


def pda(*seeds: bytes) -> Pubkey:
    return Pubkey.find_program_address(list(seeds), PROGRAM)[0]


def open_pool(ground: Ground, terms: Terms) -> str:
    """Make a coin and its pool; answer the mint."""
    mint = make_coin(ground, terms.program, extensions=terms.extensions)
    open_for(ground, mint, terms)
    return mint


def open_for(ground: Ground, mint: str, terms: Terms) -> None:
    """Open the pool of a coin that anybody may open."""
    wrap_sol(ground, terms.lamports * 2)
    maker, nft = ground.maker.pubkey(), Keypair()
    pair = [(mint, terms.program), (WRAPPED_SOL, TOKEN_PROGRAM)]
    (first, first_program), (second, second_program) = (
        reversed(pair) if terms.sol_is_first else pair
    )
    pool = pools_of(mint)[0]
    raw = bytes(Pubkey.from_string(pool))

    def vault(of: str) -> Pubkey:
        return pda(b"token_vault", bytes(Pubkey.from_string(of)), raw)

    accounts = metas(
        (maker, ""), (nft.pubkey(), "ws"),
        (pda(b"position_nft_account", bytes(nft.pubkey())), "w"), (maker, "ws"),
        (POOL_AUTHORITY, ""), (pool, "w"), (pda(b"position", bytes(nft.pubkey())), "w"),
        (first, ""), (second, ""), (vault(first), "w"), (vault(second), "w"),
        (associated_token_account(str(maker), first, first_program), "w"),
        (associated_token_account(str(maker), second, second_program), "w"),
        (first_program, ""), (second_program, ""), (TOKEN_2022_PROGRAM, ""), (SYSTEM_PROGRAM, ""),
        (EVENT_AUTHORITY, ""), (PROGRAM, ""),
    )  # fmt: skip
    data = bytes.fromhex("14a1f118bdddb402") + terms.parameters
    ground.send(Instruction(PROGRAM, data, accounts), signers=[nft])


@dataclass
class DammV2Market:
    """One kind of pool."""

    name: str
    terms: Terms = field(default_factory=Terms)
    exact: bool = True
    venue: str = "meteora_damm_v2"
    needs: tuple[str, ...] = ("cp_amm",)

    def prepare(self, ground: Ground) -> None:
        """The program needs none: anybody opens a pool on terms of their own."""

    def open(self, ground: Ground) -> str:
        return open_pool(ground, self.terms)


MARKETS = (
    DammV2Market("meteora_damm_v2-spl"),
    DammV2Market("meteora_damm_v2-token_2022", Terms(program=TOKEN_2022_PROGRAM)),
    DammV2Market("meteora_damm_v2-sol_first", Terms(sol_is_first=True, collects=FEES_IN_BOTH)),
    DammV2Market("meteora_damm_v2-fees_in_coins", Terms(collects=FEES_IN_BOTH)),
    DammV2Market("meteora_damm_v2-compounding", Terms(collects=COMPOUNDING, compounding_bps=5_000)),
    DammV2Market("meteora_damm_v2-dynamic", Terms(is_dynamic=True), exact=False),
    DammV2Market(
        "meteora_damm_v2-falling",
        Terms(fee=45_000_000, periods=80, period_s=60, reduction=500_000),
        exact=False,
    ),
)
