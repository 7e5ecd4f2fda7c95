"""A buy on pump.fun's real curve program: REST → Kafka → faust → chain → Socket.IO."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from buyq.client import PROGRESS, RESULT, BuyClient
from buyqueue.contract.shapes import ExternalBuyResult
from streams.chain.accounts import associated_token_account
from tests.e2e.conftest import SOL, Service, serving
from tests.stack.servers import Stack
from tests.venues.ground import Ground
from tests.venues.programs import missing
from tests.venues.pump.coins import TOKEN_2022, create_v2
from tests.venues.pump.curves import CURVES
from tests.venues.pump.folder import write_folder

MAKER = Keypair()


@pytest.fixture(scope="module")
async def pumping(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service whose chain was given a folder of pump.fun's programs and accounts."""
    if why := missing(CURVES[0].needs):
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("programs")
    write_folder(folder, CURVES[0].needs, MAKER)
    async with serving(stack, tmp_path_factory.mktemp("pumping"), folder) as running:
        yield running


async def test_a_coin_on_its_curve_is_bought_and_told_live(pumping: Service) -> None:
    ground = Ground(pumping.chain.node, MAKER)
    ground.give(MAKER.pubkey(), 10 * SOL)
    mint = str(create_v2(ground))
    buyer = await pumping.buyer()
    async with aiohttp.ClientSession() as session:
        client = BuyClient(session, pumping.url)
        async with client.live("user123") as live:
            started = await client.send(pumping.body(buyer, tokenAddress=mint), "pump-1")
            async with asyncio.timeout(60):
                seen = [event async for event in live.of_job(started.job_id)]
    name, result = seen[-1].name, seen[-1].wire
    assert (RESULT, True, "pumpfun") == (name, result["success"], result["platform"])
    spent = SOL - pumping.lamports(buyer)
    assert str(spent) == result["lamportsSpent"]
    quoted = [
        message
        for message in seen
        if message.name == PROGRESS and "its curve is open" in str(message.wire)
    ]
    assert quoted
    account = associated_token_account(str(buyer.pubkey()), mint, str(TOKEN_2022))
    held = int.from_bytes(ground.data(Pubkey.from_string(account))[64:72], "little")
    assert str(held) == result["tokensReceived"]
    assert held > 0


async def test_like_orders_of_a_wallet_are_each_bought(pumping: Service) -> None:
    """Slots are so long that all of them are built on one blockhash and one state of the curve."""
    ground = Ground(pumping.chain.node, MAKER)
    ground.give(MAKER.pubkey(), 10 * SOL)
    mint = str(create_v2(ground))
    buyer = await pumping.buyer()
    knobs = pumping.chain.node.chain.knobs
    usual, knobs.slot_ms = knobs.slot_ms, 1_500
    try:
        async with aiohttp.ClientSession() as session:
            client = BuyClient(session, pumping.url)
            body = pumping.body(buyer, tokenAddress=mint)
            started = await asyncio.gather(*(client.send(body, f"like-{n}") for n in range(4)))
            async with asyncio.timeout(60):
                results = [await result_of(client, one.job_id) for one in started]
    finally:
        knobs.slot_ms = usual
    assert [True] * 4 == [result.success for result in results]
    assert 4 == len({result.transaction_signature for result in results})
    assert SOL - pumping.lamports(buyer) == sum(int(result.lamports_spent) for result in results)


async def result_of(client: BuyClient, job_id: str) -> ExternalBuyResult:
    while (result := (await client.status(job_id)).result) is None:
        await asyncio.sleep(0.1)
    return result
