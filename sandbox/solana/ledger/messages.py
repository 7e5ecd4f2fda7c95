"""What a transaction's message says: its keys, which it may write, what it pays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solders.account import Account
from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.hash import Hash
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

AnyMessage = Message | MessageV0
_TABLE_HEADER = 56
"""Bytes before the addresses of a lookup table (address-lookup-table `state.rs`)."""
_SET_UNIT_LIMIT, _SET_UNIT_PRICE = 2, 3
BUILTIN_UNITS, DEFAULT_UNITS, MAX_UNITS = 3_000, 200_000, 1_400_000
LAMPORTS_PER_SIGNATURE = 5_000


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys in the order in which instructions index them, and which of them are writable."""

    static: tuple[Pubkey, ...]
    loaded_writable: tuple[Pubkey, ...]
    loaded_readonly: tuple[Pubkey, ...]
    writable: tuple[bool, ...]
    signers: int

    @property
    def every(self) -> tuple[Pubkey, ...]:
        """Static keys, then loaded writable, then loaded read-only ones."""
        return self.static + self.loaded_writable + self.loaded_readonly


def message_of(tx: VersionedTransaction) -> AnyMessage:
    """Answer the message, legacy or v0.

    Raises ValueError for any later version.
    """
    message = tx.message
    if not isinstance(message, Message | MessageV0):
        raise ValueError("unsupported transaction version")  # noqa: TRY004 - a value from the wire
    return message


def fully_signed(tx: VersionedTransaction) -> bool:
    """Say whether every required signature is there and right.

    NB: solders verifies nothing, and complains of nothing, when there are too few.
    """
    enough = len(tx.signatures) == tx.message.header.num_required_signatures
    return enough and all(tx.verify_with_results())


def keys_of(message: AnyMessage, account: Callable[[Pubkey], Account | None]) -> Keys:
    """Resolve every key; a lookup table that is missing or too short contributes nothing.

    NB: computed from the header, since a legacy message does not tell which keys are writable.
    """
    header, static = message.header, tuple(message.account_keys)
    signers = header.num_required_signatures
    open_signers = signers - header.num_readonly_signed_accounts
    open_others = len(static) - header.num_readonly_unsigned_accounts
    flags = [i < open_signers or signers <= i < open_others for i in range(len(static))]
    writable: list[Pubkey] = []
    readonly: list[Pubkey] = []
    if isinstance(message, MessageV0):
        for lookup in message.address_table_lookups:
            table = account(lookup.account_key)
            data = table.data if table else b""
            writable += _entries(data, lookup.writable_indexes)
            readonly += _entries(data, lookup.readonly_indexes)
    flags += [True] * len(writable) + [False] * len(readonly)
    return Keys(static, tuple(writable), tuple(readonly), tuple(flags), signers)


def unit_price(message: AnyMessage) -> int:
    """Answer the asked price in micro-lamports per compute unit; 0 if none."""
    return _budget(message, _SET_UNIT_PRICE, 8) or 0


def fee_of(message: AnyMessage) -> int:
    """Answer the whole fee in lamports: 5,000 per signature and ceil(limit x price / 10^6).

    Without a limit of its own: 3,000 units per instruction of a builtin program, 200,000 per other
    (SIMD-170).
    """
    asked = _budget(message, _SET_UNIT_LIMIT, 4)
    units = sum(_default_units(message, ix.program_id_index) for ix in message.instructions)
    limit = min(units if asked is None else asked, MAX_UNITS)
    priority = -(-limit * unit_price(message) // 1_000_000)
    return LAMPORTS_PER_SIGNATURE * message.header.num_required_signatures + priority


def with_blockhash(message: AnyMessage, blockhash: Hash) -> AnyMessage:
    """Answer the same message on another blockhash."""
    if isinstance(message, MessageV0):
        return MessageV0(
            message.header,
            message.account_keys,
            blockhash,
            message.instructions,
            message.address_table_lookups,
        )
    header = message.header
    return Message.new_with_compiled_instructions(
        header.num_required_signatures,
        header.num_readonly_signed_accounts,
        header.num_readonly_unsigned_accounts,
        message.account_keys,
        blockhash,
        message.instructions,
    )


def _entries(data: bytes, indexes: Sequence[int]) -> list[Pubkey]:
    starts = [_TABLE_HEADER + 32 * i for i in indexes]
    return [Pubkey(data[at : at + 32]) for at in starts if at + 32 <= len(data)]


def _budget(message: AnyMessage, tag: int, width: int) -> int | None:
    for ix in message.instructions:
        program = message.account_keys[ix.program_id_index]
        if program == COMPUTE_BUDGET and ix.data[:1] == bytes([tag]):
            return int.from_bytes(ix.data[1 : 1 + width], "little")
    return None


def _default_units(message: AnyMessage, program_index: int) -> int:
    program = message.account_keys[program_index]
    builtin = program in (COMPUTE_BUDGET, Pubkey.default())
    return BUILTIN_UNITS if builtin else DEFAULT_UNITS
