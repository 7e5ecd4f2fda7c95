"""Telling like orders apart. Pure.

Two orders of one wallet for as much of the same token, built on one blockhash, would be one
message, so one signature, which the chain lands once. So a transaction of ours asks for a little
less account data than it might have: how much less is the job's own.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

MAX_LOADED: Final = 64 * 1024 * 1024
"""Bytes of accounts that a transaction may load (Solana `MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES`)."""
_DIGITS: Final = 3


def data_limit_of(job_id: UUID) -> int:
    """Answer a job's limit of account data: 48 MiB at least, and no buy loads a fourth of that.

    It costs no fee and eight bytes. NB: one of 2**24, so two jobs may still meet in it by chance;
    what makes a message one job's is its claim (docs/adr/0020).
    """
    return MAX_LOADED - int.from_bytes(sha256(job_id.bytes).digest()[:_DIGITS])
