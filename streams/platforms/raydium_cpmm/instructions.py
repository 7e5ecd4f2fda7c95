"""The swap of Raydium's CPMM. Pure bytes."""

import struct
from typing import Final

from solders.instruction import Instruction

from buyqueue.mints import TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.raydium.accounts import metas
from streams.platforms.raydium_cpmm.accounts import AUTHORITY, PROGRAM, Pool

_SWAP_BASE_INPUT: Final = bytes.fromhex("8fbe5adac41e33de")


def swap_base_input(
    wallet: str, address: str, pool: Pool, lamports: int, minimum_out: int
) -> Instruction:
    """Spend wrapped SOL, all of it, on the pool's other token.

    The minimum is what arrives, after the token's own fee. Order by the program's IDL.
    """
    sol, coin = pool.sol, 1 - pool.sol
    mint, token_program = pool.mints[coin], pool.programs[coin]
    accounts = metas(
        (wallet, "s"),
        (AUTHORITY, ""),
        (pool.config, ""),
        (address, "w"),
        (associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM), "w"),
        (associated_token_account(wallet, mint, token_program), "w"),
        (pool.vaults[sol], "w"),
        (pool.vaults[coin], "w"),
        (TOKEN_PROGRAM, ""),
        (token_program, ""),
        (WRAPPED_SOL, ""),
        (mint, ""),
        (pool.observation, "w"),
    )
    data = _SWAP_BASE_INPUT + struct.pack("<QQ", lamports, minimum_out)
    return Instruction(PROGRAM, data, accounts)
