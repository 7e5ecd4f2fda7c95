"""CPMM pools, opened by the program's own `create_amm_config` and `initialize`."""

import struct
from dataclasses import dataclass, field

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import ATA_PROGRAM, WRAPPED_SOL, associated_token_account
from streams.platforms.raydium_cpmm.accounts import AUTHORITY, CONFIGS, PROGRAM, Place, places
from tests.token_2022 import Extension, transfer_fee
from tests.venues.coins import key_by, make_coin, metas, wrap_sol
from tests.venues.ground import SOL, Ground

FEE_RECEIVER = Pubkey.from_string("DNXgeM9EiiaAbaWvwjHj9fQQLAX5ZsfHyvmYUNRAdNC8")
"""Where the program wants its fee for opening a pool (`lib.rs`, `create_pool_fee_reveiver`)."""
RENT = "SysvarRent111111111111111111111111111111111"
TRADE_FEE, PROTOCOL_SHARE, FUND_SHARE = 2_500, 120_000, 40_000
"""Over 10**6, as Raydium's config 0."""
ANY_KEY = Pubkey.from_string("7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5")


@dataclass(frozen=True)
class Terms:
    """What a pool is opened with."""

    config: int = 0
    program: str = TOKEN_PROGRAM
    extensions: tuple[Extension, ...] = ()
    first_byte: int = 255
    """Of the mint; 0 sorts it before wrapped SOL."""
    lamports: int = 100 * SOL
    coins: int = 10**15 // 5


def write_config(ground: Ground, index: int, trade_fee: int, creator_fee: int = 0) -> None:
    """Put a config in place: only Raydium's admin key may sign for one."""
    key = Pubkey.from_string(CONFIGS[index])
    bump = Pubkey.find_program_address([b"amm_config", struct.pack(">H", index)], PROGRAM)[1]
    head = bytes.fromhex("daf42168cbcb2b6f") + struct.pack("<BxH", bump, index)
    rates = struct.pack("<4Q", trade_fee, PROTOCOL_SHARE, FUND_SHARE, 0)
    owners = bytes(ANY_KEY) * 2
    ground.put(key, PROGRAM, head + rates + owners + struct.pack("<16Q", creator_fee, *[0] * 15))


def write_fee_receiver(ground: Ground) -> None:
    owner = bytes(ANY_KEY)
    account = bytes(Pubkey.from_string(WRAPPED_SOL)) + owner + bytes(8) + bytes(36) + b"\x01"
    account += b"\x01\x00\x00\x00" + struct.pack("<Q", 2_039_280)
    token = Pubkey.from_string(TOKEN_PROGRAM)
    ground.put(FEE_RECEIVER, token, account.ljust(165, b"\x00"), 2_039_280)


def open_pool(ground: Ground, terms: Terms) -> str:
    """Make a coin and its pool; answer the mint."""
    coin_key: Keypair = key_by(terms.first_byte)
    mint = make_coin(ground, terms.program, extensions=terms.extensions, key=coin_key)
    open_for(ground, mint, terms)
    return mint


def open_for(ground: Ground, mint: str, terms: Terms) -> Place:
    """Open a coin's pool of one config."""
    wrap_sol(ground, terms.lamports)
    maker = str(ground.maker.pubkey())
    place = places(mint)[terms.config]
    sides = [
        (WRAPPED_SOL, TOKEN_PROGRAM, place.vaults[0], terms.lamports),
        (mint, terms.program, place.vaults[1], terms.coins),
    ]
    first, second = sorted(sides, key=lambda one: bytes(Pubkey.from_string(one[0])))
    raw = bytes(Pubkey.from_string(place.pool))

    def at(seed: bytes) -> Pubkey:
        return Pubkey.find_program_address([seed, raw], PROGRAM)[0]

    lp_mint = at(b"pool_lp_mint")
    accounts = metas(
        (maker, "ws"), (place.config, ""), (AUTHORITY, ""), (place.pool, "w"),
        (first[0], ""), (second[0], ""), (lp_mint, "w"),
        (associated_token_account(maker, first[0], first[1]), "w"),
        (associated_token_account(maker, second[0], second[1]), "w"),
        (associated_token_account(maker, str(lp_mint), TOKEN_PROGRAM), "w"),
        (first[2], "w"), (second[2], "w"), (FEE_RECEIVER, "w"), (at(b"observation"), "w"),
        (TOKEN_PROGRAM, ""), (first[1], ""), (second[1], ""), (ATA_PROGRAM, ""),
        (SYSTEM_PROGRAM, ""), (RENT, ""),
    )  # fmt: skip
    data = bytes.fromhex("afaf6d1f0d989bed") + struct.pack("<3Q", first[3], second[3], 0)
    ground.send(Instruction(PROGRAM, data, accounts))
    ground.chain.advance(5)  # a pool opens no sooner than a second later
    return place


@dataclass
class CpmmMarket:
    """One kind of pool."""

    name: str
    terms: Terms = field(default_factory=Terms)
    exact: bool = True
    venue: str = "raydium_cpmm"
    needs: tuple[str, ...] = ("raydium_cp_swap",)

    def prepare(self, ground: Ground) -> None:
        write_config(ground, 0, TRADE_FEE)
        write_config(ground, 3, 20_000)
        write_fee_receiver(ground)

    def open(self, ground: Ground) -> str:
        return open_pool(ground, self.terms)


MARKETS = (
    CpmmMarket("raydium_cpmm-spl"),
    CpmmMarket("raydium_cpmm-sol_second", Terms(first_byte=0)),
    CpmmMarket("raydium_cpmm-other_config", Terms(config=3)),
    CpmmMarket("raydium_cpmm-token_2022", Terms(program=TOKEN_2022_PROGRAM)),
    CpmmMarket(
        "raydium_cpmm-transfer_fee",
        Terms(program=TOKEN_2022_PROGRAM, extensions=(transfer_fee(ANY_KEY, 150, 10**12),)),
    ),
)
