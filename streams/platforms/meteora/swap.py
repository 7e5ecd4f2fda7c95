"""What both Meteora programs share on the wire: `swap2`, and the event that tells its fees. Pure.

Source: the programs' own IDLs (dynamic_bonding_curve 0.1.10 and 0.2.1, cp_amm 0.2.0 and 0.2.5).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from streams.chain.accounts import WRAPPED_SOL
from streams.chain.emitted import emitted

EXACT_IN, PARTIAL_FILL = 0, 1
INSTRUCTIONS_SYSVAR: Final = Pubkey.from_string("Sysvar1nstructions1111111111111111111111111")
_SWAP2: Final = bytes.fromhex("414b3f4ceb5b5b88")
_EVENT: Final = bytes.fromhex("bd4233a826507599")
_RESULT: Final = struct.Struct("<QQQQ16xQQQQ")


@dataclass(frozen=True, slots=True)
class Swapped:
    """What `EvtSwap2` tells of a swap; fees in lamports.

    Fees that were kept in coins count for what they cost at the swap's own price.
    """

    trading: int
    protocol: int
    compounding: int = 0


def swap2(amount: int, minimum_out: int, mode: int) -> bytes:
    """Write the arguments; by `PARTIAL_FILL` what the pool cannot take stays with the wallet."""
    return _SWAP2 + struct.pack("<QQB", amount, minimum_out, mode)


def swaps(transaction: Any, program: str, result_at: int, fees: int) -> Iterator[Swapped]:
    """Read the events of a program's swaps.

    `result_at` is where `swap_result` begins, after the discriminator; it ends with so many fees:
    trading, protocol, [compounding,] referral.
    """
    for event in emitted(transaction, program):
        if not event.startswith(_EVENT) or len(event) < 8 + result_at + _RESULT.size:
            continue
        result = _RESULT.unpack_from(event, 8 + result_at)
        paid, swapped, _, out = result[:4]
        told = result[4 : 4 + fees]
        if paid == swapped:  # the fees are coins, kept from what came out
            whole = out + sum(told)
            told = tuple(paid * fee // whole if whole else 0 for fee in told)
        yield Swapped(told[0], told[1], told[2] if fees == 4 else 0)


def pool_key(program: Pubkey, mint: str, *seeds: bytes) -> str:
    """Derive the pool of a mint and wrapped SOL: seeds, then the greater key, then the other."""
    pair = sorted((bytes(Pubkey.from_string(mint)), bytes(Pubkey.from_string(WRAPPED_SOL))))
    return str(Pubkey.find_program_address([*seeds, pair[1], pair[0]], program)[0])


def read_only(key: Pubkey | str) -> AccountMeta:
    """Name an account that is only read."""
    return AccountMeta(Pubkey.from_string(str(key)), is_signer=False, is_writable=False)


def writable(key: Pubkey | str) -> AccountMeta:
    """Name an account that changes."""
    return AccountMeta(Pubkey.from_string(str(key)), is_signer=False, is_writable=True)


def signer(key: Pubkey | str) -> AccountMeta:
    """Name the wallet."""
    return AccountMeta(Pubkey.from_string(str(key)), is_signer=True, is_writable=False)
