"""A program's own error, as the buy is told: prices that move are tried again, the rest is not."""

from typing import Any

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from buyqueue.clock import SystemClock
from buyqueue.errors import BuyQueueError, Code, Refused, Retryable
from streams.chain.assembly import compiled
from streams.chain.nodes import Nodes
from streams.chain.transactions import Unsigned
from streams.platforms.failures import MovedOn
from streams.platforms.router import Router
from streams.platforms.venues import VENUES
from tests.controls.events import WALLET
from tests.unit.platforms.nobody import NOBODY, Silent

BLOCKHASH = "11111111111111111111111111111111"
JUPITER = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4"
CURVE = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
SYSTEM = "11111111111111111111111111111111"


def told(program: str, error: Any) -> BuyQueueError:
    calls = [Instruction(Pubkey.from_string(program), b"", [])]
    transaction = Unsigned(compiled(WALLET, calls, BLOCKHASH))
    router = Router(Nodes([Silent()], SystemClock()), VENUES, NOBODY, SystemClock())
    return router.refusal(error, transaction)


def custom(number: int, at: int = 0) -> Any:
    return {"InstructionError": [at, {"Custom": number}]}


@pytest.mark.parametrize(
    ("program", "error", "code", "family"),
    [
        (JUPITER, custom(6001), Code.SLIPPAGE_EXCEEDED, Retryable),
        (CURVE, custom(6042), Code.SLIPPAGE_EXCEEDED, Retryable),
        (CURVE, custom(6002), Code.SLIPPAGE_EXCEEDED, Retryable),
        (SYSTEM, custom(1), Code.INSUFFICIENT_BALANCE, Refused),
        (SYSTEM, {"InsufficientFundsForRent": {"account_index": 0}}, Code.INSUFFICIENT_BALANCE,
         Refused),
        (SYSTEM, "InsufficientFundsForFee", Code.INSUFFICIENT_BALANCE, Refused),
        (JUPITER, custom(6042), Code.TRANSACTION_FAILED, Refused),
        (JUPITER, custom(6001, at=7), Code.TRANSACTION_FAILED, Refused),
        (SYSTEM, "AccountInUse", Code.TRANSACTION_FAILED, Refused),
        (SYSTEM, {"InstructionError": [0, "InvalidAccountData"]}, Code.TRANSACTION_FAILED, Refused),
    ],
)  # fmt: skip
def test_an_error_is_told_in_the_words_of_its_program(
    program: str, error: Any, code: Code, family: type[BuyQueueError]
) -> None:
    found = told(program, error)
    assert (code, True) == (found.code, isinstance(found, family))


def test_a_curve_that_is_complete_makes_the_buy_look_again() -> None:
    assert isinstance(told(CURVE, custom(6005)), MovedOn)
