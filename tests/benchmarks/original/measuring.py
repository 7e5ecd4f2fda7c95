"""One load on one system: speed, cost and mistakes."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import aiohttp
from solders.keypair import Keypair

from buyq.bench.costs import Cost, bytes_under, costs
from buyq.bench.samples import percentiles
from buyq.bench.slots import watched
from buyqueue.clock import Clock
from buyqueue.rpc import RpcNode
from tests.benchmarks.original.cells import Pace
from tests.benchmarks.original.client import Heard, run_client
from tests.benchmarks.original.site import Site
from tests.benchmarks.original.verdict import by_wallet, mistakes

REST_S: Final = 4.0
"""What is still done after the last result counts too."""
LANDED: Final = {"commitment": "confirmed", "limit": 100}


async def measure(
    site: Site, script: Path, pace: Pace, wallets: list[str], clock: Clock
) -> dict[str, Any]:
    """Answer the figures of one load; a system that buys on a chain does so for these wallets."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        confirmed: dict[int, float] = {}
        if site.chain:
            ws = site.chain.ws_url
            confirmed = await stack.enter_async_context(watched(session, ws, clock))
        before = (costs(site.crew), bytes_under(site.home), await _calls(session, site))
        heard = await run_client(script, site.url, site.token, pace, site.home.parent, wallets)
        await clock.sleep(REST_S)
        after = (costs(site.crew), bytes_under(site.home), await _calls(session, site))
        jobs = max(1, len(heard.results))
        latencies = heard.report["latency_ms"]
        return {
            "pace": pace.name,
            "jobs": jobs,
            "perSecond": heard.report["throughput"]["jobs_per_s"],
            "submitMs": latencies["submit_http"],
            "firstProgressMs": latencies["submit_to_first_progress"],
            "resultMs": latencies["submit_to_result"],
            **await _landing(session, site, heard, confirmed, clock),
            **_cost(site, before[0], after[0], jobs),
            "diskBytesPerBuy": (after[1] - before[1]) // jobs,
            "rpcPerBuy": round((after[2] - before[2]) / jobs, 1),
            "mistakes": await _mistakes(session, site, heard, wallets),
            "clientCpuSeconds": heard.report["client"]["cpu_s"],
        }


def _cost(
    site: Site, before: dict[str, Cost], after: dict[str, Cost], jobs: int
) -> dict[str, dict[str, float]]:
    cpu: dict[str, float] = {}
    for name, role in site.roles.items():
        if name in before:
            spent = (after[name].cpu_s - before[name].cpu_s) * 1000 / jobs
            cpu[role] = round(cpu.get(role, 0.0) + spent, 2)
    cpu["total"] = round(sum(spent for role, spent in cpu.items() if role != "chain"), 2)
    rss = {name: after[name].rss_mb for name in site.roles if name in after}
    rss["total"] = round(sum(rss[name] for name in rss if name != "chain"), 1)
    return {"cpuSecondsPer1000": cpu, "rssMb": rss}


async def _calls(session: aiohttp.ClientSession, site: Site) -> int:
    if site.chain is None:
        return 0
    async with session.get(f"{site.chain.rpc_url}/control/calls") as answer:
        calls: dict[str, int] = await answer.json()
    return sum(count for method, count in calls.items() if method not in site.not_its_own)


async def _landing(
    session: aiohttp.ClientSession,
    site: Site,
    heard: Heard,
    confirmed: dict[int, float],
    clock: Clock,
) -> dict[str, Any]:
    """Answer how long after its slot was confirmed a result was on the socket."""
    if site.chain is None:
        return {}
    node = RpcNode(session, site.chain.rpc_url, 10_000)
    to_unix = clock.now().timestamp() - clock.monotonic()
    first = {job: results[0].get("transactionSignature") for job, results in heard.results.items()}
    told = {job: signature for job, signature in first.items() if signature}
    slots = await _slots(node, list(told.values()))
    late = [
        heard.result_at[job] - (confirmed[slots[signature]] + to_unix)
        for job, signature in told.items()
        if slots.get(signature) in confirmed
    ]
    return {"landingToResultMs": percentiles(max(0.0, seconds) for seconds in late)}


async def _slots(node: RpcNode, signatures: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for begin in range(0, len(signatures), 200):
        some = signatures[begin : begin + 200]
        answer = await node.call("getSignatureStatuses", some, {"searchTransactionHistory": True})
        entries = zip(some, answer["value"], strict=True)
        found |= {signature: int(entry["slot"]) for signature, entry in entries if entry}
    return found


async def _mistakes(
    session: aiohttp.ClientSession, site: Site, heard: Heard, wallets: list[str]
) -> dict[str, int]:
    owner = [str(Keypair.from_base58_string(secret).pubkey()) for secret in wallets]
    wallet_of = {job: owner[number] for number, job in heard.job_of_wallet.items()}
    if site.chain:
        node = RpcNode(session, site.chain.rpc_url, 10_000)
        bought = await _bought(node, wallet_of.values())
    else:
        bought = by_wallet([json.loads(line) for line in site.ledger.read_text().splitlines()])
    statuses = {job: await _status(session, site.url, job) for job in wallet_of}
    found = mistakes(heard, bought, wallet_of, statuses)
    return {name: getattr(found, name) for name in found.__slots__}


async def _bought(node: RpcNode, wallets: Iterable[str]) -> dict[str, list[str]]:
    """Answer the successful transactions that each wallet paid for itself."""
    limit = asyncio.Semaphore(16)

    async def of(wallet: str) -> tuple[str, list[str]]:
        async with limit:
            landed = await node.call("getSignaturesForAddress", wallet, LANDED)
            fine = [one["signature"] for one in landed if one["err"] is None]
            return wallet, [one for one in fine if await _paid_by(node, one) == wallet]

    return dict(await asyncio.gather(*map(of, wallets)))


async def _paid_by(node: RpcNode, signature: str) -> str:
    told = {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    answer = await node.call("getTransaction", signature, told)
    return str(answer["transaction"]["message"]["accountKeys"][0])


async def _status(session: aiohttp.ClientSession, url: str, job: str) -> str | None:
    async with session.get(f"{url}/api/external-buy/job/{job}/status") as answer:
        if answer.status != 200:
            return None
        return str((await answer.json())["data"]["status"])
