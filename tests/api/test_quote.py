"""Prices, without a buy."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import aiohttp
import pytest

from api.parts import Parts
from buyqueue.log.reader import LogReader
from buyqueue.rpc import RpcNode
from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.solana.faults import Fault
from sandbox.solana.node import LocalNode
from streams.chain.nodes import Nodes
from streams.platforms.composing import create_router
from tests.api.refusals import check_refusal
from tests.api.running import Answer, Api, served
from tests.controls.start_requests import UNKNOWN_MINT, WALLET_KEY, WALLET_KEYPAIR

QUOTE = "/api/external-buy/quote"


class Counting(RpcNode):
    """Remembers what it was asked."""

    asked: ClassVar[list[str]] = []

    async def call(self, method: str, *params: Any) -> Any:
        self.asked.append(method)
        return await super().call(method, *params)


@dataclass(frozen=True)
class Shop:
    """An api that prices on a chain with a market."""

    api: Api
    node: LocalNode
    mint: str

    async def ask(self, **other: Any) -> Answer:
        body = {"tokenAddress": self.mint, "buyAmount": 0.1} | other
        sent = {name: value for name, value in body.items() if value is not ...}
        return await self.api.call("POST", QUOTE, json=sent)


@pytest.fixture
async def shop(parts: Parts, reader: LogReader) -> AsyncIterator[Shop]:
    async with (
        LocalNode(paused=True) as node,
        LocalJupiter(node.chain) as jupiter,
        aiohttp.ClientSession() as session,
    ):
        node.advance(3)
        settings = parts.settings.model_copy(update={"jupiter_url": jupiter.url})
        nodes = Nodes([Counting(session, node.url, 2_000)], parts.clock)
        router = create_router(settings, session, nodes, parts.clock)
        async with served(replace(parts, quoter=router), reader) as api:
            yield Shop(api, node, str(jupiter.market.tokens[0].mint))


async def test_a_quote_says_where_for_how_much_and_why(shop: Shop) -> None:
    answer = await shop.ask(slippage=5, priorityFee=0.001)
    assert answer.status == 200
    data = answer.body["data"]
    assert (data["platform"], data["lamports"], data["slippage"]) == ("jupiter", "100000000", 5)
    assert "no venue that is called directly trades this token" in data["reason"]
    assert int(data["minimumOut"]) == int(data["expectedOut"]) * 9_500 // 10_000 > 0
    assert data["candidates"] == []
    assert data["priceImpact"] >= 0


async def test_a_quote_writes_nothing(shop: Shop) -> None:
    before = await shop.api.written()
    assert (await shop.ask()).status == 200
    assert await shop.api.written() == before


async def test_a_quote_is_one_look_at_the_chain(shop: Shop) -> None:
    Counting.asked.clear()
    assert (await shop.ask()).status == 200
    assert Counting.asked == ["getMultipleAccounts"]


async def test_a_wallet_may_be_named_and_need_not_hold_anything(shop: Shop) -> None:
    answer = await shop.ask(wallet=str(WALLET_KEYPAIR.pubkey()))
    assert answer.status == 200


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"buyAmount": ...}, "invalid_request", "buyAmount"),
        ({"buyAmount": 0}, "invalid_amount", "buyAmount"),
        ({"buyAmount": "0.1"}, "invalid_amount", "buyAmount"),
        ({"slippage": 101}, "invalid_slippage", "slippage"),
        ({"priorityFee": 1}, "invalid_priority_fee", "priorityFee"),
        ({"tokenAddress": "x"}, "invalid_token_address", "tokenAddress"),
        ({"platform": "nowhere"}, "invalid_platform", "platform"),
        ({"wallet": "x"}, "invalid_request", "wallet"),
        ({"wallet": WALLET_KEY}, "invalid_request", "wallet"),
        ({"walletPrivateKey": WALLET_KEY}, "invalid_request", "walletPrivateKey"),
    ],
)
async def test_a_bad_question_is_refused(
    shop: Shop, other: dict[str, Any], code: str, field: str
) -> None:
    check_refusal(await shop.ask(**other), status=400, code=code, field=field)


async def test_a_token_that_is_none_cannot_be_priced(shop: Shop) -> None:
    answer = await shop.ask(tokenAddress=UNKNOWN_MINT)
    check_refusal(answer, status=422, code="invalid_token_address")


async def test_a_chain_that_does_not_answer_is_said_to_be_away(shop: Shop) -> None:
    shop.node.faults.add(Fault("http", "getMultipleAccounts", status=503))
    answer = await shop.ask()
    check_refusal(answer, status=503, code="rpc_unavailable")
    assert answer.body["retryable"] is True
