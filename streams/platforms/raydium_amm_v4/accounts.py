"""Addresses and accounts of Raydium's AMM v4. Pure.

A pool's address comes from that of an OpenBook market, of which a mint may have any number: the
mint alone cannot find it, so markets are told. Layout: raydium-io/raydium-amm @27f461d
`state.rs` (`AmmInfo`, 752 bytes); numbers are byte offsets.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from solders.pubkey import Pubkey

from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.raydium.accounts import key_at, raw

PROGRAM: Final = Pubkey.from_string("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8")
AUTHORITY: Final = Pubkey.find_program_address([b"amm authority"], PROGRAM)[0]
SWAP_ONLY, WAITING = 6, 7
"""Statuses: trades by its vaults alone; the same from its opening time on."""
_SIZE: Final = 752


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of two tokens, `coin` and `pc`, in that order."""

    status: int
    fee: tuple[int, int]
    """Of what comes in: numerator, denominator."""
    owed: tuple[int, int]
    """What lies in the vaults for the protocol, and is not traded."""
    opens_at: int
    """Unix s."""
    mints: tuple[str, str]
    vaults: tuple[str, str]

    @property
    def sol(self) -> int:
        """Which of the two is wrapped SOL."""
        return self.mints.index(WRAPPED_SOL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pool of a market stands, and its vaults."""

    pool: str
    coin_vault: str
    pc_vault: str


@lru_cache(maxsize=256)
def place_of(market: str) -> Place:
    """Derive a market's pool (`get_associated_address_and_bump_seed`)."""

    def at(seed: bytes) -> str:
        seeds = [bytes(PROGRAM), raw(market), seed]
        return str(Pubkey.find_program_address(seeds, PROGRAM)[0])

    return Place(
        pool=at(b"amm_associated_seed"),
        coin_vault=at(b"coin_vault_associated_seed"),
        pc_vault=at(b"pc_vault_associated_seed"),
    )


def pool_of(data: bytes | None) -> Pool | None:
    """Read a pool against wrapped SOL; None if it is none."""
    if data is None or len(data) != _SIZE:
        return None
    (status,) = struct.unpack_from("<Q", data, 0)
    numerator, denominator, owed_coin, owed_pc = struct.unpack_from("<4Q", data, 176)
    (opens_at,) = struct.unpack_from("<Q", data, 224)
    mints = (key_at(data, 400), key_at(data, 432))
    if WRAPPED_SOL not in mints or not denominator:
        return None
    return Pool(
        status=status,
        fee=(numerator, denominator),
        owed=(owed_coin, owed_pc),
        opens_at=opens_at,
        mints=mints,
        vaults=(key_at(data, 336), key_at(data, 368)),
    )
