"""What does not fit a packet is nobody else's fault, and no node is asked about it."""

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Refused
from streams.chain.assembly import compiled
from streams.chain.nodes import Nodes
from streams.chain.sizing import tried_out
from streams.chain.transactions import Unsigned
from tests.controls.events import WALLET
from tests.unit.platforms.nobody import Silent


async def test_a_transaction_that_is_too_long_is_refused_without_asking_a_node() -> None:
    long = Instruction(Pubkey.new_unique(), bytes(1_200), [])
    trial = Unsigned(compiled(WALLET, [long], str(Pubkey.new_unique())))
    with pytest.raises(Refused, match="and 1232 fit") as caught:
        await tried_out(Nodes([Silent()], SystemClock()), trial, [])
    assert Code.TRANSACTION_FAILED == caught.value.code
