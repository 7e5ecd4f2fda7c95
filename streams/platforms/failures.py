"""What a failed transaction's error means, in the words of the program that raised it. Pure."""

from collections.abc import Iterable
from typing import Any, Final

from buyqueue.errors import BuyQueueError, Code, Refused, Retryable
from buyqueue.mints import SYSTEM_PROGRAM
from streams.chain.transactions import Unsigned
from streams.platforms.venue import Explained, Venue

_LACKS_LAMPORTS: Final = 1
"""System program: `ResultWithNegativeLamports`; the token programs' `InsufficientFunds` too."""
_JUPITER: Final = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4"
_JUPITERS_SLIPPAGE: Final = 6001
"""Jupiter's aggregator program: `SlippageToleranceExceeded`."""
_POOR: Final = Explained(
    Code.INSUFFICIENT_BALANCE, "Insufficient balance: the wallet cannot pay for amount and rent"
)


def explain(venues: Iterable[Venue], error: Any, transaction: Unsigned) -> Explained | None:
    """Translate a `TransactionError` as JSON; None where nobody knows it."""
    if isinstance(error, dict) and "InsufficientFundsForRent" in error:
        return _POOR
    if error == "InsufficientFundsForFee":
        return _POOR
    match error:
        case {"InstructionError": [int(index), {"Custom": int(custom)}]}:
            program = program_of(transaction, index)
        case _:
            return None
    if program == _JUPITER and custom == _JUPITERS_SLIPPAGE:
        return Explained(Code.SLIPPAGE_EXCEEDED, "Slippage exceeded: Jupiter's route got worse")
    if program == SYSTEM_PROGRAM and custom == _LACKS_LAMPORTS:
        return _POOR
    found = (venue.explain(custom) for venue in venues if program in venue.programs)
    return next(found, None)


def program_of(transaction: Unsigned, index: int) -> str:
    """Answer the program of the message's instruction at an index; empty for none such."""
    message = transaction.transaction.message
    if index >= len(message.instructions):
        return ""
    return str(message.account_keys[message.instructions[index].program_id_index])


class MovedOn(Retryable):
    """The place is complete or closed meanwhile: another look finds where the token trades."""


def raised(explained: Explained) -> BuyQueueError:
    """Make the error of an unsigned attempt: prices move and places close, so those are retried."""
    if explained.moved_on:
        return MovedOn(explained.code, explained.text)
    again = explained.code == Code.SLIPPAGE_EXCEEDED
    return (Retryable if again else Refused)(explained.code, explained.text)
