"""The instructions of the system's own programs that a buy needs. Pure bytes.

Layouts: compute budget (1 byte tag, then u32 units or bytes, or u64 micro-lamports), associated
token account (1 = create idempotent), SPL Token (9 = close account, 17 = sync native), system
transfer (u32 2).
"""

import struct
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM, TOKEN_PROGRAM
from streams.chain.accounts import ATA_PROGRAM, WRAPPED_SOL, associated_token_account

COMPUTE_BUDGET: Final = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
_SYSTEM: Final = Pubkey.from_string(SYSTEM_PROGRAM)
_TOKEN: Final = Pubkey.from_string(TOKEN_PROGRAM)


def unit_limit(units: int) -> Instruction:
    """Allow so many compute units."""
    return Instruction(COMPUTE_BUDGET, b"\x02" + struct.pack("<I", units), [])


def unit_price(micro_lamports: int) -> Instruction:
    """Pay so many micro-lamports for each unit of the limit."""
    return Instruction(COMPUTE_BUDGET, b"\x03" + struct.pack("<Q", micro_lamports), [])


def data_limit(size: int) -> Instruction:
    """Load accounts of so many bytes at most, programs among them."""
    return Instruction(COMPUTE_BUDGET, b"\x04" + struct.pack("<I", size), [])


def create_token_account(wallet: str, mint: str, token_program: str) -> Instruction:
    """Open the wallet's associated token account of a mint; does nothing if it is there."""
    payer = Pubkey.from_string(wallet)
    account = Pubkey.from_string(associated_token_account(wallet, mint, token_program))
    metas = [
        AccountMeta(payer, is_signer=True, is_writable=True),
        AccountMeta(account, is_signer=False, is_writable=True),
        AccountMeta(payer, is_signer=False, is_writable=False),
        AccountMeta(Pubkey.from_string(mint), is_signer=False, is_writable=False),
        AccountMeta(_SYSTEM, is_signer=False, is_writable=False),
        AccountMeta(Pubkey.from_string(token_program), is_signer=False, is_writable=False),
    ]
    return Instruction(ATA_PROGRAM, b"\x01", metas)


def transfer(wallet: str, to: str, lamports: int) -> Instruction:
    """Move lamports from the wallet."""
    metas = [
        AccountMeta(Pubkey.from_string(wallet), is_signer=True, is_writable=True),
        AccountMeta(Pubkey.from_string(to), is_signer=False, is_writable=True),
    ]
    return Instruction(_SYSTEM, struct.pack("<IQ", 2, lamports), metas)


def wrap(wallet: str, lamports: int) -> tuple[Instruction, ...]:
    """Put lamports into the wallet's wrapped-SOL account, opening it where it is missing."""
    account = associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM)
    synced = [AccountMeta(Pubkey.from_string(account), is_signer=False, is_writable=True)]
    return (
        create_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM),
        transfer(wallet, account, lamports),
        Instruction(_TOKEN, b"\x11", synced),
    )


def unwrap(wallet: str) -> Instruction:
    """Close the wallet's wrapped-SOL account; all it holds, rent included, goes to the wallet."""
    owner = Pubkey.from_string(wallet)
    account = Pubkey.from_string(associated_token_account(wallet, WRAPPED_SOL, TOKEN_PROGRAM))
    metas = [
        AccountMeta(account, is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=True, is_writable=False),
    ]
    return Instruction(_TOKEN, b"\x09", metas)
