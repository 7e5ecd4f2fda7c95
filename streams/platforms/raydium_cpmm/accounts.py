"""Addresses and accounts of Raydium's CPMM. Pure.

Layout: raydium-io/raydium-cp-swap @609780f, `states/pool.rs` and `states/config.rs`; numbers are
byte offsets. Older builds have zeros where newer ones keep the creator's fees.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from solders.pubkey import Pubkey

from streams.chain.accounts import WRAPPED_SOL
from streams.platforms.raydium.accounts import key_at, raw

PROGRAM: Final = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
AUTHORITY: Final = Pubkey.find_program_address([b"vault_and_lp_mint_auth_seed"], PROGRAM)[0]
_POOL: Final = bytes.fromhex("f7ede3f5d7c3de46")
_CONFIG: Final = bytes.fromhex("daf42168cbcb2b6f")
_POOL_SIZE, _CONFIG_SIZE = 637, 236
_SWAP_DISABLED: Final = 1 << 2


@dataclass(frozen=True, slots=True)
class Config:
    """What the pools of one config take of a trade; numerators over 10**6."""

    trade_fee: int
    creator_fee: int


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of two tokens; token 0 has the smaller key."""

    config: str
    mints: tuple[str, str]
    vaults: tuple[str, str]
    programs: tuple[str, str]
    observation: str
    takes_swaps: bool
    owed: tuple[int, int]
    """What lies in the vaults for protocol, fund and creator, and is not traded."""
    opens_at: int
    """Unix s."""
    creator_fee_on: int
    """0: on what comes in; 1, 2: always on token 0, on token 1."""
    has_creator_fee: bool

    @property
    def sol(self) -> int:
        """Which of the two is wrapped SOL."""
        return self.mints.index(WRAPPED_SOL)

    @property
    def creator_fee_on_input(self) -> bool:
        """Whether a buyer's SOL pays the creator, rather than the coins."""
        return self.creator_fee_on in {0, self.sol + 1}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mint's pool of one config stands, and what else is looked at with it."""

    config: str
    pool: str
    vaults: tuple[str, str]
    """Of wrapped SOL, and of the mint."""


def _derive(*seeds: bytes) -> str:
    return str(Pubkey.find_program_address(list(seeds), PROGRAM)[0])


CONFIGS: Final = tuple(_derive(b"amm_config", struct.pack(">H", index)) for index in range(10))
"""Those that Raydium has opened or may open next."""


@lru_cache(maxsize=256)
def places(mint: str) -> Sequence[Place]:
    """Derive a mint's pools against wrapped SOL, one for each config.

    NB: a pool may also stand at a random key; the mint alone cannot find it.
    """
    return tuple(_place(config, mint) for config in CONFIGS)


def _place(config: str, mint: str) -> Place:
    pair = sorted((raw(mint), raw(WRAPPED_SOL)))
    pool = _derive(b"pool", raw(config), *pair)
    vaults = (
        _derive(b"pool_vault", raw(pool), raw(WRAPPED_SOL)),
        _derive(b"pool_vault", raw(pool), raw(mint)),
    )
    return Place(config, pool, vaults)


def config_of(data: bytes | None) -> Config | None:
    """Read a config; None if it is none."""
    if data is None or len(data) < _CONFIG_SIZE or data[:8] != _CONFIG:
        return None
    (trade_fee,) = struct.unpack_from("<Q", data, 12)
    (creator_fee,) = struct.unpack_from("<Q", data, 108)
    return Config(trade_fee, creator_fee)


def pool_of(data: bytes | None) -> Pool | None:
    """Read a pool against wrapped SOL; None if it is none."""
    if data is None or len(data) < _POOL_SIZE or data[:8] != _POOL:
        return None
    mints = (key_at(data, 168), key_at(data, 200))
    if WRAPPED_SOL not in mints:
        return None
    protocol_0, protocol_1, fund_0, fund_1, opens_at = struct.unpack_from("<5Q", data, 341)
    creator_0, creator_1 = struct.unpack_from("<QQ", data, 397)
    return Pool(
        config=key_at(data, 8),
        mints=mints,
        vaults=(key_at(data, 72), key_at(data, 104)),
        programs=(key_at(data, 232), key_at(data, 264)),
        observation=key_at(data, 296),
        takes_swaps=not data[329] & _SWAP_DISABLED,
        owed=(protocol_0 + fund_0 + creator_0, protocol_1 + fund_1 + creator_1),
        opens_at=opens_at,
        creator_fee_on=data[389],
        has_creator_fee=data[390] != 0,
    )
