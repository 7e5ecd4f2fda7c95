"""A buy's whole transaction, from a venue's instructions. Pure.

It opens the wallet's token account where it is missing, wraps SOL where the venue wants it wrapped
and unwraps what is left. NB: a wrapped-SOL account that the wallet had before stays open, with
what it held.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from streams.chain.instructions import (
    create_token_account,
    data_limit,
    transfer,
    unit_limit,
    unit_price,
    unwrap,
    wrap,
)
from streams.chain.likeness import MAX_LOADED

MAX_UNITS: Final = 1_400_000
"""The most compute units a transaction may ask for (Solana `MAX_COMPUTE_UNIT_LIMIT`)."""
_MICRO: Final = 10**6


@dataclass(frozen=True, slots=True)
class Purse:
    """The wallet's side of a buy: which accounts it needs, lamports to wrap, and its tip."""

    wallet: str
    mint: str
    token_program: str
    wrap_lamports: int = 0
    keeps_wrapped: bool = False
    """The wallet had a wrapped-SOL account already: it is not closed."""
    tip_account: str | None = None
    tip_lamports: int = 0
    data_limit: int = MAX_LOADED
    """Bytes of accounts to load at most; another number for each job (`likeness`)."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Compute units, and lamports for priority."""

    units: int
    priority_fee_lamports: int

    @property
    def unit_price(self) -> int:
        """Micro-lamports a unit, rounded down: the fee, rounded up, stays within the budget.

        The chain charges ceil(limit * price / 10**6) lamports (Solana `prioritization_fee`).
        """
        return self.priority_fee_lamports * _MICRO // self.units

    @property
    def cost(self) -> int:
        """What the chain charges for it, lamports."""
        return -(-self.units * self.unit_price // _MICRO)


def assemble(
    purse: Purse, swap: Sequence[Instruction], budget: Budget, blockhash: str
) -> VersionedTransaction:
    """Put the transaction together, unsigned."""
    instructions = [
        unit_limit(budget.units),
        unit_price(budget.unit_price),
        data_limit(purse.data_limit),
        create_token_account(purse.wallet, purse.mint, purse.token_program),
    ]
    if purse.wrap_lamports:
        instructions += wrap(purse.wallet, purse.wrap_lamports)
    instructions += swap
    if purse.wrap_lamports and not purse.keeps_wrapped:
        instructions.append(unwrap(purse.wallet))
    if purse.tip_account and purse.tip_lamports:
        instructions.append(transfer(purse.wallet, purse.tip_account, purse.tip_lamports))
    return compiled(purse.wallet, instructions, blockhash)


def compiled(
    wallet: str,
    instructions: Sequence[Instruction],
    blockhash: str,
    tables: Sequence[AddressLookupTableAccount] = (),
) -> VersionedTransaction:
    """Compile what the wallet pays for; all signatures, its own the first, are still empty."""
    payer, recent = Pubkey.from_string(wallet), Hash.from_string(blockhash)
    message = MessageV0.try_compile(payer, instructions, tables, recent)
    empty = [Signature.default()] * message.header.num_required_signatures
    return VersionedTransaction.populate(message, empty)


def to_base64(transaction: VersionedTransaction) -> str:
    """Write a transaction as RPC nodes take it."""
    return base64.b64encode(bytes(transaction)).decode()
