"""The local Jupiter's orders look like the API's."""

import base64
from collections.abc import Mapping

import pytest
from aiohttp import ClientSession
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from spl.token.constants import WRAPPED_SOL_MINT

from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.jupiter.market import Market
from sandbox.solana.faults import Fault
from sandbox.solana.node import LocalNode
from tests.sandbox.orders import AMOUNT, held, order
from tests.sandbox.transactions import sign_own_slot


async def test_the_order_says_what_the_api_says(
    http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    token = jupiter.market.tokens[0]
    _, body = await order(http, jupiter, token, taker=str(payer.pubkey()), slippageBps="100")
    out = int(body["outAmount"])
    assert str(out * 9_900 // 10_000) == body["otherAmountThreshold"]
    assert ("metis", str(payer.pubkey())) == (body["router"], body["signatureFeePayer"])
    assert (body["swapMode"], body["slippageBps"], body["mode"]) == ("ExactIn", 100, "manual")
    assert {"amount": str(AMOUNT // 1_000), "feeBps": 10, "feeMint": body["inputMint"]} == body[
        "platformFee"
    ]
    assert -0.1 < body["priceImpact"] < 0
    tx = VersionedTransaction.from_bytes(base64.b64decode(body["transaction"]))
    assert payer.pubkey() == tx.message.account_keys[0]
    assert [one == Signature.default() for one in tx.signatures] == [True, False]


async def test_without_a_taker_there_is_only_a_quote(
    http: ClientSession, jupiter: LocalJupiter
) -> None:
    status, body = await order(http, jupiter, jupiter.market.tokens[0])
    assert (status, body["transaction"]) == (200, None)


@pytest.mark.parametrize(("lamports", "code"), [(AMOUNT - 1, 1), (AMOUNT + 1_000_000, 2)])
async def test_a_taker_without_means_gets_a_code(
    node: LocalNode, http: ClientSession, jupiter: LocalJupiter, lamports: int, code: int
) -> None:
    """1: cannot pay the amount; 2: cannot pay for gas and the new account."""
    taker = Pubkey.new_unique()
    await node.fund(taker, lamports)
    _, body = await order(http, jupiter, jupiter.market.tokens[0], taker=str(taker))
    assert ("", code) == (body["transaction"], body["errorCode"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"outputMint": str(Pubkey.new_unique())},
        {"inputMint": str(Pubkey.new_unique())},
        {"amount": "0"},
        {"amount": "-1"},
        {"taker": "nobody"},
        {"slippageBps": "10001"},
        {"excludeRouters": "jupiterz,metis"},
    ],
)
async def test_bad_orders_get_a_400(
    http: ClientSession, jupiter: LocalJupiter, wrong: Mapping[str, str]
) -> None:
    status, body = await order(http, jupiter, jupiter.market.tokens[0], **wrong)
    assert status == 400
    assert body["error"]


async def test_the_price_rises_as_the_maker_sells(
    node: LocalNode, http: ClientSession, jupiter: LocalJupiter, payer: Keypair
) -> None:
    token = jupiter.market.tokens[0]
    _, first = await order(http, jupiter, token, taker=str(payer.pubkey()))
    node.chain.submit(sign_own_slot(first["transaction"], payer))
    node.advance(2)
    _, second = await order(http, jupiter, token)
    assert int(second["outAmount"]) < int(first["outAmount"])


async def test_a_429_says_when_to_come_back(http: ClientSession, jupiter: LocalJupiter) -> None:
    jupiter.faults.add(Fault("http", method="order", times=1))
    params = {"inputMint": str(WRAPPED_SOL_MINT), "amount": "1"}
    async with http.get(f"{jupiter.url}/order", params=params) as response:
        assert response.status == 429
        assert response.headers["x-ratelimit-reset"].isdigit()
    status, _ = await order(http, jupiter, jupiter.market.tokens[0])
    assert status == 200


async def test_a_key_is_asked_for(node: LocalNode, http: ClientSession) -> None:
    async with LocalJupiter(node.chain, api_key="k") as jupiter:
        token = jupiter.market.tokens[0]
        async with http.get(f"{jupiter.url}/order") as response:
            assert response.status == 401
        http.headers["x-api-key"] = "k"
        assert (await order(http, jupiter, token))[0] == 200


async def test_setting_up_again_changes_nothing(node: LocalNode, jupiter: LocalJupiter) -> None:
    token, height = jupiter.market.tokens[0], node.chain.tip.height
    Market(node.chain).set_up()
    assert height == node.chain.tip.height
    assert token.spec.supply == held(node.chain, token, jupiter.market.maker.pubkey())
