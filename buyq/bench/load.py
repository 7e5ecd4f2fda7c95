"""Buyers who submit by REST and listen by Socket.IO, as many and as fast as asked."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import aiohttp
from solders.keypair import Keypair

from buyq.bench.samples import Sample
from buyq.client import PROGRESS, RESULT, BuyClient, ClientError, Live, Order, PlainKey
from buyqueue.clock import Clock
from buyqueue.rpc import RpcNode

USERS = 10
FUNDS = 10**9
SOL_PER_BUY = Decimal("0.05")
PRIORITY_FEE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Pace:
    """Closed: so many buys outstanding at once. Open: so many a second, Poisson, whatever comes."""

    buys: int
    concurrency: int | None = None
    per_second: float | None = None
    within_s: float = 120.0


@dataclass(slots=True)
class Load:
    """One run of a load against one service."""

    session: aiohttp.ClientSession
    url: str
    mint: str
    clock: Clock
    samples: dict[str, Sample] = field(default_factory=dict)
    """By job id."""
    everything: list[Sample] = field(default_factory=list)
    _ended: dict[str, asyncio.Event] = field(default_factory=dict)

    async def run(self, wallets: list[Keypair], pace: Pace) -> None:
        """Submit a buy of each wallet at this pace, and wait for their results."""
        client = BuyClient(self.session, self.url)
        async with AsyncExitStack() as stack:
            listening = []
            for number in range(USERS):
                live = await stack.enter_async_context(client.live(f"bench-{number}"))
                listening.append(asyncio.create_task(self._listen(live), name="listen"))
            try:
                if pace.per_second:
                    await self._open(client, wallets, pace.per_second)
                else:
                    await self._closed(client, wallets, pace.concurrency or 1, pace.within_s)
                await self._results(pace.within_s)
            finally:
                for task in listening:
                    task.cancel()

    async def note_sending(self) -> None:
        """Ask the record when each buy's transaction was sent; call it once all have ended."""
        client = BuyClient(self.session, self.url)
        unix = self.clock.now().timestamp() - self.clock.monotonic()
        for one in self.everything:
            if not (one.job_id and one.result):
                continue
            for event in (await client.timeline(one.job_id)).events:
                if event.type == "BuySent" and event.accepted:
                    one.sent_at = datetime.fromisoformat(event.occurred_at).timestamp() - unix

    async def _closed(
        self, client: BuyClient, wallets: list[Keypair], concurrency: int, within_s: float
    ) -> None:
        slots = asyncio.Semaphore(concurrency)

        async def one(number: int, wallet: Keypair) -> None:
            async with slots:
                sample = await self._submit(client, number, wallet)
                if sample.job_id:
                    await self._result(sample.job_id, within_s)

        await asyncio.gather(*(one(number, wallet) for number, wallet in enumerate(wallets)))

    async def _open(self, client: BuyClient, wallets: list[Keypair], per_second: float) -> None:
        dice = random.Random(1)  # noqa: S311 - the same arrivals in each run
        tasks = []
        due = self.clock.monotonic()
        for number, wallet in enumerate(wallets):
            due += dice.expovariate(per_second)
            await self.clock.sleep(max(0.0, due - self.clock.monotonic()))
            tasks.append(asyncio.create_task(self._submit(client, number, wallet)))
        await asyncio.gather(*tasks)

    async def _submit(self, client: BuyClient, number: int, wallet: Keypair) -> Sample:
        sample = Sample(str(wallet.pubkey()), self.clock.monotonic())
        self.everything.append(sample)
        order = Order(
            user_id=f"bench-{number % USERS}",
            token_address=self.mint,
            buy_amount=SOL_PER_BUY,
            priority_fee=PRIORITY_FEE,
        )
        try:
            key = str(self.clock.new_id())
            started = await client.submit(order, PlainKey.of(wallet), key)
        except ClientError as error:
            sample.refused = str(error)
            return sample
        sample.answered_at = self.clock.monotonic()
        job_id = started.job_id
        # The socket may have been faster than this answer.
        early = self.samples.get(job_id)
        if early:
            sample.first_progress_at = early.first_progress_at
            sample.result_at, sample.result = early.result_at, early.result
            sample.results = early.results
        sample.job_id = job_id
        self.samples[job_id] = sample
        return sample

    async def _listen(self, live: Live) -> None:
        while True:
            message = await live.next()
            now, job_id = self.clock.monotonic(), message.job_id
            sample = self.samples.setdefault(job_id, Sample("", now))
            if message.name == PROGRESS and sample.first_progress_at is None:
                sample.first_progress_at = now
            if message.name == RESULT:
                sample.results += 1
                sample.result_at, sample.result = now, dict(message.wire)
                self._end_of(job_id).set()

    async def _results(self, within_s: float) -> None:
        jobs = [one.job_id for one in self.everything if one.job_id]
        await asyncio.gather(*(self._result(job_id, within_s) for job_id in jobs))

    async def _result(self, job_id: str, within_s: float) -> None:
        """Wait for a result, and no longer: one that never comes is reported as lost."""
        try:
            async with asyncio.timeout(within_s):
                await self._end_of(job_id).wait()
        except TimeoutError:
            return

    def _end_of(self, job_id: str) -> asyncio.Event:
        return self._ended.setdefault(job_id, asyncio.Event())


async def funded(node: RpcNode, count: int, clock: Clock) -> list[Keypair]:
    """Make wallets with play money, confirmed."""
    wallets = [Keypair() for _ in range(count)]
    for wallet in wallets:
        await node.call("requestAirdrop", str(wallet.pubkey()), FUNDS)
    while 0 in (await balances(node, [wallets[0], wallets[-1]])).values():
        await clock.sleep(0.2)
    return wallets


async def balances(node: RpcNode, wallets: list[Keypair]) -> dict[str, int]:
    """Answer the confirmed lamports of each wallet."""
    found: dict[str, int] = {}
    for begin in range(0, len(wallets), 100):
        keys = [str(wallet.pubkey()) for wallet in wallets[begin : begin + 100]]
        answer = await node.call(
            "getMultipleAccounts", keys, {"encoding": "base64", "commitment": "confirmed"}
        )
        lamports = [entry["lamports"] if entry else 0 for entry in answer["value"]]
        found |= dict(zip(keys, lamports, strict=True))
    return found
