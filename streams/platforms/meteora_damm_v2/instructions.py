"""The swap of Meteora's DAMM v2. Pure bytes."""

from solders.instruction import Instruction

from buyqueue.mints import TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.meteora.swap import (
    EXACT_IN,
    INSTRUCTIONS_SYSVAR,
    read_only,
    signer,
    swap2,
    writable,
)
from streams.platforms.meteora_damm_v2.accounts import (
    EVENT_AUTHORITY,
    POOL_AUTHORITY,
    PROGRAM,
    Pool,
)


def swap(
    wallet: str, address: str, pool: Pool, token_program: str, lamports: int, minimum_out: int
) -> Instruction:
    """Spend wrapped SOL, all of it, on the pool's other token; nobody is named as referrer.

    Order by the IDL's `swap2`; the sysvar behind it is asked for while a rate limit holds.
    """
    mint = pool.mints[0] if pool.sells_a else pool.mints[1]
    programs = [TOKEN_PROGRAM if one == WRAPPED_SOL else token_program for one in pool.mints]
    metas = [
        read_only(POOL_AUTHORITY),
        writable(address),
        writable(associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM)),
        writable(associated_token_account(wallet, mint, token_program)),
        writable(pool.vaults[0]),
        writable(pool.vaults[1]),
        read_only(pool.mints[0]),
        read_only(pool.mints[1]),
        signer(wallet),
        read_only(programs[0]),
        read_only(programs[1]),
        read_only(PROGRAM),
        read_only(EVENT_AUTHORITY),
        read_only(PROGRAM),
        read_only(INSTRUCTIONS_SYSVAR),
    ]
    return Instruction(PROGRAM, swap2(lamports, minimum_out, EXACT_IN), metas)
