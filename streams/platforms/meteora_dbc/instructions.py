"""The swap of Meteora's dynamic bonding curve. Pure bytes."""

from dataclasses import dataclass

from solders.instruction import Instruction

from buyqueue.mints import TOKEN_PROGRAM
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.meteora.swap import (
    EXACT_IN,
    INSTRUCTIONS_SYSVAR,
    PARTIAL_FILL,
    read_only,
    signer,
    swap2,
    writable,
)
from streams.platforms.meteora_dbc.accounts import (
    EVENT_AUTHORITY,
    POOL_AUTHORITY,
    PROGRAM,
    VirtualPool,
)


@dataclass(frozen=True, slots=True)
class Spend:
    """What goes in, lamports, and whether the curve's end may leave some of it."""

    lamports: int
    partly: bool


def swap(
    wallet: str, address: str, pool: VirtualPool, token_program: str, spend: Spend, minimum_out: int
) -> Instruction:
    """Spend wrapped SOL on the curve's coin; nobody is named as referrer.

    Order by the IDL's `swap2`; the sysvar behind it is asked for while a rate limit holds.
    """
    metas = [
        read_only(POOL_AUTHORITY),
        read_only(pool.config),
        writable(address),
        writable(associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM)),
        writable(associated_token_account(wallet, pool.base_mint, token_program)),
        writable(pool.base_vault),
        writable(pool.quote_vault),
        read_only(pool.base_mint),
        read_only(WRAPPED_SOL),
        signer(wallet),
        read_only(token_program),
        read_only(TOKEN_PROGRAM),
        read_only(PROGRAM),
        read_only(EVENT_AUTHORITY),
        read_only(PROGRAM),
        read_only(INSTRUCTIONS_SYSVAR),
    ]
    mode = PARTIAL_FILL if spend.partly else EXACT_IN
    return Instruction(PROGRAM, swap2(spend.lamports, minimum_out, mode), metas)
