"""The buy of Raydium's LaunchLab. Pure bytes."""

import struct
from typing import Final

from solders.instruction import Instruction

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.raydium.accounts import metas
from streams.platforms.raydium_launchlab.accounts import (
    AUTHORITY,
    EVENT_AUTHORITY,
    PROGRAM,
    Pool,
    fee_vault,
)

_BUY_EXACT_IN: Final = bytes.fromhex("faea0d7bd59c13ec")


def buy_exact_in(
    wallet: str, address: str, pool: Pool, lamports: int, minimum_out: int
) -> Instruction:
    """Spend wrapped SOL on the curve's coin; nobody is named to share the fee.

    Order by the program's IDL; the last three by raydium-sdk-V2 `launchpad/instrument.ts`.
    """
    accounts = metas(
        (wallet, "ws"),
        (AUTHORITY, ""),
        (pool.global_config, ""),
        (pool.platform_config, ""),
        (address, "w"),
        (associated_token_account(wallet, pool.base_mint, pool.token_program), "w"),
        (associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM), "w"),
        (pool.vaults[0], "w"),
        (pool.vaults[1], "w"),
        (pool.base_mint, ""),
        (WRAPPED_SOL, ""),
        (pool.token_program, ""),
        (TOKEN_PROGRAM, ""),
        (EVENT_AUTHORITY, ""),
        (PROGRAM, ""),
        (SYSTEM_PROGRAM, ""),
        (fee_vault(pool.platform_config), "w"),
        (fee_vault(pool.creator), "w"),
    )
    data = _BUY_EXACT_IN + struct.pack("<QQQ", lamports, minimum_out, 0)
    return Instruction(PROGRAM, data, accounts)
