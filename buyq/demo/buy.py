"""One buy, made as any client would make it: REST in, Socket.IO out."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import aiohttp
from solders.keypair import Keypair

from buyq.client import PROGRESS, BuyClient, Order, WalletKey
from buyqueue.amounts import LAMPORTS_PER_SOL
from buyqueue.clock import Clock
from buyqueue.rpc import RpcNode

USER: Final = "user123"
FUNDS: Final = 2 * LAMPORTS_PER_SOL


@dataclass(frozen=True, slots=True)
class Bought:
    """What came of it; `wallet` is the buyer's public key."""

    wallet: str
    mint: str
    lamports_before: int
    lamports_after: int
    tokens_held: int
    result: dict[str, Any]


async def fund(node: RpcNode, wallet: str, clock: Clock) -> int:
    """Give a wallet play money and answer its confirmed balance in lamports."""
    await node.call("requestAirdrop", wallet, FUNDS)
    while not (balance := await balance_of(node, wallet)):
        await clock.sleep(0.1)
    return balance


async def balance_of(node: RpcNode, wallet: str) -> int:
    """Answer a wallet's confirmed lamports."""
    answer = await node.call("getBalance", wallet, {"commitment": "confirmed"})
    return int(answer["value"])


async def tokens_of(node: RpcNode, wallet: str, mint: str) -> int:
    """Answer what a wallet holds of a token, confirmed, in base units."""
    options = {"encoding": "jsonParsed", "commitment": "confirmed"}
    answer = await node.call("getTokenAccountsByOwner", wallet, {"mint": mint}, options)
    return sum(
        int(row["account"]["data"]["parsed"]["info"]["tokenAmount"]["amount"])
        for row in answer["value"]
    )


async def buy(
    session: aiohttp.ClientSession,
    api_url: str,
    node: RpcNode,
    mint: str,
    sol: Decimal,
    clock: Clock,
    show: Callable[[dict[str, Any]], None],
) -> Bought:
    """Buy `sol` worth of a token with a new wallet; `show` gets each progress event."""
    wallet = Keypair()
    address = str(wallet.pubkey())
    before = await fund(node, address, clock)
    client = BuyClient(session, api_url)
    order = Order(
        user_id=USER,
        token_address=mint,
        buy_amount=sol,
        slippage=Decimal(3),
        priority_fee=Decimal("0.002"),
    )
    async with client.live(USER) as live:
        started = await client.submit(order, WalletKey.of(wallet), str(clock.new_id()))
        result: dict[str, Any] = {}
        async for message in live.of_job(started.job_id):
            result = dict(message.wire)
            if message.name == PROGRESS:
                show(result)
    after, held = await balance_of(node, address), await tokens_of(node, address, mint)
    return Bought(address, mint, before, after, held, result)
