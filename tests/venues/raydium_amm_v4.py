"""AMM v4 pools without an order book, written as the program keeps them.

Opening one takes an OpenBook market and a fee to Raydium; a swap reads neither. `AmmInfo` is laid
out by raydium-io/raydium-amm `state.rs`.
"""

import struct
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from buyqueue.mints import TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.raydium_amm_v4.accounts import (
    AUTHORITY,
    PROGRAM,
    SWAP_ONLY,
    WAITING,
    Place,
    place_of,
)
from tests.venues.coins import make_coin
from tests.venues.ground import SOL, Ground

TOKEN = Pubkey.from_string(TOKEN_PROGRAM)
RENT = 2_039_280
MARKETS_OF: dict[str, str] = {}
"""The market of each mint that was opened here: what a deployment's configuration tells."""


@dataclass(frozen=True)
class Terms:
    """What a pool holds."""

    status: int = SWAP_ONLY
    fee: tuple[int, int] = (25, 10_000)
    sol_is_coin: bool = False
    """Whether wrapped SOL is the first of the two, as in pools that were opened by hand."""
    owed: tuple[int, int] = (0, 0)
    opens_at: int = 0
    lamports: int = 100 * SOL
    coins: int = 10**15 // 5


def token_account(mint: str, amount: int) -> bytes:
    """A vault of the program; for wrapped SOL the rent is told beside the amount."""
    native = struct.pack("<IQ", 1, RENT) if mint == WRAPPED_SOL else bytes(12)
    held = bytes(Pubkey.from_string(mint)) + bytes(AUTHORITY) + struct.pack("<Q", amount)
    return held + bytes(36) + b"\x01" + native + bytes(8) + bytes(36)


def amm_info(mints: tuple[str, str], place: Place, market: str, terms: Terms) -> bytes:
    nonce = Pubkey.find_program_address([b"amm authority"], PROGRAM)[1]
    head = struct.pack("<16Q", terms.status, nonce, 7, 3, 6, 9, *[0] * 9, 10**9)
    fees = struct.pack("<8Q", 5, 10_000, 25, 10_000, 12, 100, *terms.fee)
    state = struct.pack("<5Q", *terms.owed, 0, 0, terms.opens_at).ljust(144, b"\x00")
    keys = [place.coin_vault, place.pc_vault, *mints, market, market, market, market, market]
    rest = b"".join(bytes(Pubkey.from_string(key)) for key in keys) + bytes(128)
    return head + fees + state + rest


def open_for(ground: Ground, mint: str, terms: Terms) -> Place:
    """Write a coin's pool and its vaults."""
    market = str(Pubkey.new_unique())
    MARKETS_OF[mint] = market
    place = place_of(market)
    sides = [(mint, terms.coins), (WRAPPED_SOL, terms.lamports)]
    (coin, coins), (pc, pcs) = reversed(sides) if terms.sol_is_coin else sides
    for key, of, amount in ((place.coin_vault, coin, coins), (place.pc_vault, pc, pcs)):
        lamports = RENT + (amount if of == WRAPPED_SOL else 0)
        ground.put(Pubkey.from_string(key), TOKEN, token_account(of, amount), lamports)
    pool = Pubkey.from_string(place.pool)
    ground.put(pool, PROGRAM, amm_info((coin, pc), place, market, terms))
    return place


@dataclass
class AmmV4Market:
    """One kind of pool."""

    name: str
    terms: Terms = field(default_factory=Terms)
    exact: bool = True
    venue: str = "raydium_amm_v4"
    needs: tuple[str, ...] = ("raydium_amm_v4",)

    def prepare(self, ground: Ground) -> None:
        """A swap reads no configuration of the program's."""

    def open(self, ground: Ground) -> str:
        mint = make_coin(ground)
        open_for(ground, mint, self.terms)
        return mint


MARKETS = (
    AmmV4Market("raydium_amm_v4-coin_first"),
    AmmV4Market("raydium_amm_v4-sol_first", Terms(sol_is_coin=True)),
    AmmV4Market("raydium_amm_v4-owed", Terms(owed=(10**12, 3 * SOL))),
    AmmV4Market("raydium_amm_v4-waiting", Terms(status=WAITING)),
)
