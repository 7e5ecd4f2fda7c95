"""The swap of Raydium's AMM v4. Pure bytes."""

import struct
from typing import Final

from solders.instruction import Instruction

from buyqueue.mints import TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.raydium.accounts import metas
from streams.platforms.raydium_amm_v4.accounts import AUTHORITY, PROGRAM, Pool

_SWAP_BASE_IN_V2: Final = 16


def swap_base_in_v2(
    wallet: str, address: str, pool: Pool, lamports: int, minimum_out: int
) -> Instruction:
    """Spend wrapped SOL, all of it; both mints belong to the plain token program.

    Unlike `swap_base_in` it names no account of an order book (`instruction.rs`).
    """
    mint = pool.mints[1 - pool.sol]
    accounts = metas(
        (TOKEN_PROGRAM, ""),
        (address, "w"),
        (AUTHORITY, ""),
        (pool.vaults[0], "w"),
        (pool.vaults[1], "w"),
        (associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM), "w"),
        (associated_token_account(wallet, mint, TOKEN_PROGRAM), "w"),
        (wallet, "s"),
    )
    data = struct.pack("<BQQ", _SWAP_BASE_IN_V2, lamports, minimum_out)
    return Instruction(PROGRAM, data, accounts)
