"""Real transactions of a real venue, simulated: fair ones pass, hostile ones are never signed."""

from typing import get_args

import pytest
from solders.keypair import Keypair

from buyqueue.errors import Code, Refused, Retryable
from sandbox.jupiter.swap import Hostile
from sandbox.solana.faults import Fault
from tests.integration.chain.conftest import SOL, Bench

BOTH_TOKENS = pytest.mark.parametrize("token", [0, 1], ids=["spl-token", "token-2022"])


@BOTH_TOKENS
async def test_a_fair_offer_passes(bench: Bench, token: int) -> None:
    order = bench.order(token=token)
    await bench.check(await bench.platform.offer(order), order)


@BOTH_TOKENS
@pytest.mark.parametrize("kind", get_args(Hostile))
async def test_a_hostile_offer_is_refused_before_signing(
    bench: Bench, kind: Hostile, token: int
) -> None:
    order = bench.order(token=token)
    bench.jupiter.hostile = kind
    offer = await bench.platform.offer(order)
    with pytest.raises(Refused) as caught:
        await bench.check(offer, order)
    assert caught.value.code == Code.TRANSACTION_UNSAFE


async def test_a_transaction_that_the_wallet_can_no_longer_pay_is_not_signed(bench: Bench) -> None:
    order = bench.order(lamports=SOL)
    offer = await bench.platform.offer(order)
    other = await bench.flight(bench.order(lamports=SOL + SOL // 2))
    await bench.send(other)
    bench.node.advance(3)
    with pytest.raises(Refused) as caught:
        await bench.check(offer, order)
    assert caught.value.code == Code.INSUFFICIENT_BALANCE


async def test_an_expired_blockhash_is_no_refusal(bench: Bench) -> None:
    order = bench.order()
    offer = await bench.platform.offer(order)
    bench.node.advance(200)
    with pytest.raises(Retryable):
        await bench.check(offer, order)


async def test_nodes_that_do_not_answer_decide_nothing(bench: Bench) -> None:
    order = bench.order()
    offer = await bench.platform.offer(order)
    bench.node.faults.add(Fault("http", method="simulateTransaction", status=503))
    with pytest.raises(Retryable):
        await bench.check(offer, order)


async def test_a_wallet_without_funds_gets_the_venues_own_word(bench: Bench) -> None:
    poor = Keypair()
    await bench.node.fund(poor.pubkey(), 1_000_000)
    order = bench.order()
    with pytest.raises(Refused) as caught:
        await bench.platform.offer(
            type(order)(**{name: getattr(order, name) for name in order.__slots__}
                        | {"wallet": str(poor.pubkey())})
        )  # fmt: skip
    assert caught.value.code == Code.INSUFFICIENT_BALANCE


async def test_jupiters_429_is_waited_out(bench: Bench) -> None:
    bench.jupiter.faults.add(Fault("http", method="order", times=1, headers={
        "x-ratelimit-reset": "0"}))  # fmt: skip
    assert (await bench.platform.offer(bench.order())).figures.expected_out > 0


@pytest.mark.parametrize("fault", [
    Fault("http", method="order", status=500), Fault("reset", method="order"),
])  # fmt: skip
async def test_a_jupiter_that_is_down_can_be_tried_again(bench: Bench, fault: Fault) -> None:
    bench.jupiter.faults.add(fault)
    with pytest.raises(Retryable, match="Platform unavailable") as caught:
        await bench.platform.offer(bench.order())
    assert caught.value.code == Code.PLATFORM_UNAVAILABLE
