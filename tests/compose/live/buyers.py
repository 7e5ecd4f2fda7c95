"""Buyers at the proxy: they submit, listen, and are told by the chain what they bought."""

import asyncio
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import aiohttp
from solders.keypair import Keypair

from buyq.client import RESULT, ApiError, BuyClient, ClientError, Live, Order, WalletKey
from buyqueue.clock import SystemClock
from buyqueue.rpc import RpcNode
from tests.compose.live.stack import LiveStack, until

USER = "live"
BUY_SOL = Decimal("0.05")
FUNDS = 10**9
PATIENCE_S = 300.0
"""For a buy to end, whatever has just been taken from the stack."""


@dataclass
class Purchase:
    """One order and what became of it."""

    wallet: Keypair
    key: str
    job_id: str = ""
    refused: list[str] = field(default_factory=list)


class Buyers:
    """Everybody who buys in a test, with one API key for all of them."""

    def __init__(self, session: aiohttp.ClientSession, stack: LiveStack, api_key: str) -> None:
        self.session = session
        self.stack = stack
        self.api_key = api_key
        self.client = BuyClient(session, stack.url, api_key)
        self.node = RpcNode(session, f"http://127.0.0.1:{stack.chain_port}", 30_000)
        self.mint = ""
        self._clock = SystemClock()

    async def prepare(self) -> None:
        """Learn which token the local chain sells."""
        said = await self.stack.compose("logs", "--no-color", "chain")
        found = re.search(r"'SAND': '(\w+)'", said)
        assert found, said
        self.mint = found[1]

    async def purchase(self) -> Purchase:
        """Have a wallet with play money, for one order under a key of its own."""
        wallet = Keypair()
        await self.node.call("requestAirdrop", str(wallet.pubkey()), FUNDS)

        async def funded() -> bool | None:
            asked = (str(wallet.pubkey()), {"commitment": "confirmed"})
            told = await self.node.call("getBalance", *asked)
            return True if told["value"] == FUNDS else None

        await until("the airdrop", funded, PATIENCE_S)
        return Purchase(wallet, str(self._clock.new_id()))

    async def submit(self, purchase: Purchase, user: str = USER) -> Purchase:
        """Submit it once. Raises what the client raises."""
        order = Order(user_id=user, token_address=self.mint, buy_amount=BUY_SOL)
        started = await self.client.submit(order, WalletKey.of(purchase.wallet), purchase.key)
        purchase.job_id = started.job_id
        return purchase

    async def insist(self, purchase: Purchase, user: str = USER) -> Purchase:
        """Submit it until it is taken, under the same key each time; refusals are noted."""

        async def taken() -> Purchase | None:
            try:
                return await self.submit(purchase, user)
            except ClientError as error:
                if isinstance(error, ApiError) and error.status < 500:
                    raise
                purchase.refused.append(str(error))
                return None

        return await until("a submission", taken, PATIENCE_S)

    async def bought(self, user: str = USER) -> Purchase:
        """Buy once, and wait for the end."""
        purchase = await self.insist(await self.purchase(), user)
        await self.completed(purchase)
        return purchase

    async def completed(self, *purchases: Purchase) -> None:
        """Wait until all have ended; AssertionError unless each is completed and made once."""
        for one in purchases:

            async def ended(one: Purchase = one) -> str | None:
                try:
                    view = await self.client.status(one.job_id)
                except ClientError:
                    return None
                return view.status if view.status not in ("queued", "active") else None

            assert "completed" == await until(f"{one.job_id} ended", ended, PATIENCE_S)
            assert 1 == await self.times_bought(one)

    async def times_bought(self, purchase: Purchase) -> int:
        """Ask the chain how often this wallet has paid: what it is not, is its airdrop."""
        asked = (str(purchase.wallet.pubkey()), {"commitment": "confirmed"})
        told = await self.node.call("getSignaturesForAddress", *asked)
        return sum([await self._paid(one["signature"], purchase) for one in told])

    async def _paid(self, signature: str, purchase: Purchase) -> bool:
        asked = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
        told = await self.node.call("getTransaction", signature, {**asked, "encoding": "json"})
        payer = told["transaction"]["message"]["accountKeys"][0]
        return bool(told["meta"]["err"] is None and payer == str(purchase.wallet.pubkey()))

    async def story(self, job_id: str) -> list[Any]:
        """Answer where each message of a buy stands in the log, told from its beginning."""
        async with asyncio.timeout(PATIENCE_S), self.client.live_job(job_id) as live:
            return [message.place async for message in live.of_job(job_id)]

    async def heard(self, live: Live, jobs: set[str]) -> dict[str, list[Any]]:
        """Listen until each of these buys has ended; answer the places by buy, as they came."""
        places: dict[str, list[Any]] = {job_id: [] for job_id in jobs}
        waiting = set(jobs)
        async with asyncio.timeout(PATIENCE_S):
            while waiting:
                message = await live.next()
                if message.job_id in places:
                    places[message.job_id].append(message.place)
                if message.name == RESULT:
                    waiting.discard(message.job_id)
        return places
