"""Reading a tip out of a transaction."""

import struct

from solders.system_program import ID as SYSTEM
from solders.transaction import VersionedTransaction


def tip_in(transaction: VersionedTransaction, account: str) -> int:
    """Answer the lamports of its top-level transfers to an account."""
    message = transaction.message
    keys, total = message.account_keys, 0
    for each in message.instructions:
        if keys[each.program_id_index] != SYSTEM or bytes(each.data[:4]) != b"\x02\0\0\0":
            continue
        if str(keys[each.accounts[1]]) == account:
            total += struct.unpack_from("<Q", bytes(each.data), 4)[0]
    return total
