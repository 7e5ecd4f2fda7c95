"""Comparing an export with the chain."""

from typing import Any, cast

import aiohttp
import pytest
from solders.signature import Signature

from buyq.audit.on_chain import Landed, compare
from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Unavailable
from buyqueue.rpc import RpcNode
from streams.chain.nodes import Nodes
from tests.controls.events import MINT, WALLET
from tests.unit.chain.test_fill import transaction

SIGNATURE = str(Signature.from_bytes(bytes(range(64))))
AWAY = Unavailable(Code.RPC_UNAVAILABLE, "away")


class Node(RpcNode):
    """Answers one thing after the other, and the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        super().__init__(cast("aiohttp.ClientSession", None), "http://node", 1_000)
        self.answers = list(answers)
        self.asked = 0

    async def call(self, method: str, *params: Any) -> Any:  # noqa: ARG002 - a node's own names
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def buy(signature: str = SIGNATURE) -> Landed:
    return Landed(
        "job",
        signature,
        WALLET,
        MINT,
        bought=True,
        slot="77",
        lamports_spent="102051625",
        tokens_received="990",
    )


def landed() -> dict[str, Any]:
    answer = transaction()
    answer["transaction"]["signatures"] = [SIGNATURE, "m"]
    return answer


async def differences(*nodes: Node) -> tuple[str, ...]:
    return (await compare(Nodes(nodes, SystemClock()), buy())).differs


async def test_what_is_no_signature_differs_and_no_node_is_asked() -> None:
    """A node refuses such a question, which would look like one that does not answer."""
    unasked: Any = None
    differs = (await compare(unasked, buy("not-a-signature"))).differs
    assert ("this is no signature",) == differs


async def test_a_node_that_forgot_a_transaction_is_not_believed_where_another_has_it() -> None:
    pruned, whole = Node(None), Node(landed())
    assert () == await differences(pruned, whole)
    assert [1, 1] == [pruned.asked, whole.asked]
    assert () == await differences(pruned, Node(AWAY, landed()))


async def test_no_node_has_a_transaction_only_if_each_says_so() -> None:
    """One that does not answer may have it: then nothing is said of the export."""
    assert ("no node has this transaction",) == await differences(Node(None), Node(AWAY, None))
    with pytest.raises(Unavailable, match="away"):
        await differences(Node(None), Node(AWAY))
