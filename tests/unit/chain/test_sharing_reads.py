"""What many buys ask a node at the same time is one question."""

import asyncio
from typing import Any, cast

import aiohttp
import pytest

from buyqueue.clock import SystemClock
from buyqueue.errors import Code, Unavailable
from buyqueue.rpc import RpcNode
from streams.chain.accounts import Account
from streams.chain.nodes import Nodes


class Answering(RpcNode):
    """Knows of each account only its name; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(cast("aiohttp.ClientSession", None), "http://node", 1_000)
        self.asked: list[tuple[str, Any]] = []
        self.away = False

    async def call(self, method: str, *params: Any) -> Any:
        self.asked.append((method, params[0]))
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable(Code.RPC_UNAVAILABLE, "away")
        if method == "getBlockHeight":
            return len(self.asked)
        found = [{"owner": key, "lamports": 1, "data": ["", "base64"]} for key in params[0]]
        return {"context": {"slot": 7}, "value": found}


async def test_accounts_that_are_asked_for_together_come_in_few_calls_and_each_look_in_one() -> (
    None
):
    node = Answering()
    nodes = Nodes([node], SystemClock())
    looks = [["shared", *(f"{buy}-{key}" for key in range(39))] for buy in range(6)]
    seen = await asyncio.gather(*map(nodes.accounts, looks))
    for look, found in zip(looks, seen, strict=True):
        assert [Account(key, 1, b"") for key in look] == list(found.accounts)
    # Two looks of 40 accounts fit into a call of 100, and what both ask for is in it once.
    assert [79, 79, 79] == [len(keys) for _, keys in node.asked]


async def test_a_height_is_told_after_it_was_asked_for_and_shared_by_who_asked_meanwhile() -> None:
    node = Answering()
    nodes = Nodes([node], SystemClock())
    first = asyncio.create_task(nodes.height(node, "processed"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # under way: it may have been answered before the others asked
    later = [nodes.height(node, "processed") for _ in range(5)]
    assert [1, 2, 2, 2, 2, 2] == [await first, *await asyncio.gather(*later)]


async def test_a_node_that_does_not_answer_tells_no_height_and_takes_none_from_the_other() -> None:
    away, there = Answering(), Answering()
    away.away = True
    nodes = Nodes([away, there], SystemClock())
    assert [1] == await nodes.heights("confirmed")
    with pytest.raises(Unavailable):
        await nodes.height(away, "confirmed")
