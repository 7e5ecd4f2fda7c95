"""The account in which each of pump.fun's programs counts a buyer's volume. Pure.

Layout: their IDLs, `UserVolumeAccumulator` and `extend_account`. NB: the programs refuse to trade
for a wallet whose account is older, and so shorter, than they want; anybody may lengthen it.
"""

from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from buyqueue.mints import SYSTEM_PROGRAM
from streams.chain.accounts import Account
from streams.chain.rent import rent_exemption

SIZE: Final = 137
_EXTEND: Final = bytes.fromhex("ea66c2cb96483ee5")
_SYSTEM: Final = Pubkey.from_string(SYSTEM_PROGRAM)


def volume_of(wallet: str, program: Pubkey) -> Pubkey:
    """Derive a wallet's account of a program."""
    seeds = [b"user_volume_accumulator", bytes(Pubkey.from_string(wallet))]
    return Pubkey.find_program_address(seeds, program)[0]


def volume_rent(account: Account | None) -> int:
    """Answer what the buyer pays to open its account, or to lengthen it."""
    held = account.lamports if account else 0
    return 0 if account and len(account.data) >= SIZE else max(0, rent_exemption(SIZE) - held)


def lengthened(account: Account | None, wallet: str, program: Pubkey) -> tuple[Instruction, ...]:
    """Answer what has to come before a trade: nothing, or lengthening an old account.

    Lamports that somebody sent to its address make it no account: the trade opens it.
    """
    if account is None or not account.data or len(account.data) >= SIZE:
        return ()
    events = Pubkey.find_program_address([b"__event_authority"], program)[0]
    metas = [
        AccountMeta(volume_of(wallet, program), is_signer=False, is_writable=True),
        AccountMeta(Pubkey.from_string(wallet), is_signer=True, is_writable=True),
        AccountMeta(_SYSTEM, is_signer=False, is_writable=False),
        AccountMeta(events, is_signer=False, is_writable=False),
        AccountMeta(program, is_signer=False, is_writable=False),
    ]
    return (Instruction(program, _EXTEND, metas),)
